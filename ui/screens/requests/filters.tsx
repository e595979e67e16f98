import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { modelsQuery } from '../../api/house.ts';
import { RECORD_STATUSES, type RecordFilter, readTag } from '../../api/records.ts';
import { go } from '../../app/navigation.ts';
import { NO_FILTER } from '../../app/places.ts';
import { STATUS_WORDS } from './status.tsx';

const set = (filter: RecordFilter): void => go({ screen: 'requests', filter }, { replace: true });

/** Narrows the list by status, model and tag; the choice is part of the address. */
export function Filters({ filter }: { readonly filter: RecordFilter }) {
  const models = useQuery(modelsQuery);
  const known = new Set([...(models.data ?? []), ...(filter.model === null ? [] : [filter.model])]);
  const filtered = filter.status !== null || filter.model !== null || filter.tag !== null;
  return (
    <Group gap="md" align="flex-end" role="search" aria-label="Requests">
      <NativeSelect
        label="Status"
        value={filter.status ?? ''}
        onChange={({ currentTarget }) => {
          const status = RECORD_STATUSES.find((one) => one === currentTarget.value) ?? null;
          set({ ...filter, status });
        }}
        data={[{ value: '', label: 'any' }, ...RECORD_STATUSES.map((value) => ({ value, label: STATUS_WORDS[value] }))]}
      />
      <NativeSelect
        label="Model"
        value={filter.model ?? ''}
        onChange={({ currentTarget }) => set({ ...filter, model: currentTarget.value || null })}
        data={[{ value: '', label: 'any' }, ...known]}
      />
      <TagFilter key={filter.tag} filter={filter} />
      {filtered ? (
        <Button variant="default" onClick={() => set(NO_FILTER)}>
          Show all
        </Button>
      ) : null}
    </Group>
  );
}

function TagFilter({ filter }: { readonly filter: RecordFilter }) {
  const [text, setText] = useState(filter.tag ?? '');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const tag = text.trim();
    const bad = tag !== '' && readTag(tag) === null;
    setWrong(bad);
    if (!bad) set({ ...filter, tag: tag === '' ? null : tag });
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
