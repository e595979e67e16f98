import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { modelIdsQuery } from '../../api/house.ts';
import { RECORD_STATUSES, readTag } from '../../api/records.ts';
import { isNarrowed, type RequestsFilter } from '../../app/addresses.ts';
import { STATUS_WORDS } from './status.tsx';

/** Narrows the list that is shown; the way back leads to where the person came from, not through every choice. */
function useSet(): (filter: RequestsFilter) => void {
  const navigate = useNavigate({ from: '/requests' });
  return (search) => void navigate({ to: '/requests', search, replace: true });
}

/** Narrows the list by status, model and tag; the choice is part of the address. */
export function Filters({ filter }: { readonly filter: RequestsFilter }) {
  const set = useSet();
  const models = useQuery(modelIdsQuery);
  const known = new Set([...(models.data ?? []), ...(filter.model === undefined ? [] : [filter.model])]);
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Requests">
      <NativeSelect
        label="Status"
        value={filter.status ?? ''}
        onChange={({ currentTarget }) => {
          const status = RECORD_STATUSES.find((one) => one === currentTarget.value);
          set({ ...filter, status });
        }}
        data={[{ value: '', label: 'any' }, ...RECORD_STATUSES.map((value) => ({ value, label: STATUS_WORDS[value] }))]}
      />
      <NativeSelect
        label="Model"
        value={filter.model ?? ''}
        onChange={({ currentTarget }) => set({ ...filter, model: currentTarget.value || undefined })}
        data={[{ value: '', label: 'any' }, ...known]}
      />
      <TagFilter key={filter.tag} filter={filter} />
      {isNarrowed(filter) ? (
        <Button variant="default" onClick={() => set({})}>
          Show all
        </Button>
      ) : null}
    </Group>
  );
}

function TagFilter({ filter }: { readonly filter: RequestsFilter }) {
  const set = useSet();
  const [text, setText] = useState(filter.tag ?? '');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const tag = text.trim();
    const bad = tag !== '' && readTag(tag) === null;
    setWrong(bad);
    if (!bad) set({ ...filter, tag: tag === '' ? undefined : tag });
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Tag"
          placeholder="team=search"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          error={wrong ? 'Write it as name=value' : null}
        />
        <Button type="submit" variant="default">
          Filter
        </Button>
      </Group>
    </form>
  );
}
