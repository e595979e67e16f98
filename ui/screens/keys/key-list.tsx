import { Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { keysQuery, type ListedKey } from '../../api/keys.ts';
import { useMay } from '../../api/may.ts';
import { type ListedPolicy, policiesQuery } from '../../api/policies.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { isUsedAs, KEY_STATES, stateOf, UNUSED, type Unused } from './key-state.ts';
import { KeyTable } from './key-table.tsx';

const route = getRouteApi('/keys');
const STATES = ['any', ...KEY_STATES] as const;

/** All API keys of apps, those that were revoked included. */
export function KeyList() {
  const keys = useQuery(keysQuery);
  const house = useQuery(houseQuery);
  const policies = useQuery(policiesQuery);
  const mayChange = useMay()('change key');
  const aside = mayChange ? (
    <LinkButton to="/keys/new" leftSection={<IconPlus size={18} aria-hidden />}>
      New key
    </LinkButton>
  ) : undefined;
  const error = keys.error ?? house.error ?? policies.error;
  const retry = () => Promise.all([keys.refetch(), house.refetch(), policies.refetch()]);
  return (
    <Screen title="Keys" aside={aside}>
      <Text c="dimmed" maw={720}>
        An app shows its key with every request. The key says which project the request counts for, which tags it
        carries, which policies it may ask for, and what else it is limited to.
      </Text>
      {keys.data && house.data && policies.data ? (
        <Found keys={keys.data} house={house.data} policies={policies.data} mayChange={mayChange} />
      ) : error ? (
        <Failure title="The keys could not be loaded" error={error} onRetry={retry} />
      ) : (
        <Waiting what="the keys" />
      )}
    </Screen>
  );
}

interface FoundProps {
  readonly keys: readonly ListedKey[];
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly mayChange: boolean;
}

function Found({ keys, house, policies, mayChange }: FoundProps) {
  const { project } = route.useSearch();
  const navigate = useNavigate({ from: '/keys' });
  const [search, setSearch] = useState('');
  const now = useQuery(keysQuery).dataUpdatedAt;
  const [state, setState] = useState<(typeof STATES)[number]>('any');
  const [used, setUsed] = useState<Unused>('any');
  if (keys.length === 0) {
    return (
      <Empty title="There is no key yet">
        {mayChange ? (
          <>
            <Text mb="md">Make one for each app, so that each can be told apart and stopped alone.</Text>
            <LinkButton to="/keys/new">New key</LinkButton>
          </>
        ) : (
          'Ask an admin to make one.'
        )}
      </Empty>
    );
  }
  const words = search.trim().toLowerCase();
  const shown = keys.filter(
    (key) =>
      (project === undefined || key.project === project) &&
      (state === 'any' || stateOf(key, now) === state) &&
      isUsedAs(key, used, now) &&
      `${key.name} ${key.prefix} ${Object.entries(key.fixedTags).flat().join(' ')}`.toLowerCase().includes(words),
  );
  return (
    <>
      <Group gap="md" align="flex-end" role="search" aria-label="Keys">
        <TextInput
          type="search"
          label="Search"
          placeholder="Name, beginning or tag"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <NativeSelect
          label="Project"
          value={project ?? ''}
          onChange={({ currentTarget }) =>
            void navigate({ to: '/keys', search: { project: currentTarget.value || undefined }, replace: true })
          }
          data={[{ value: '', label: 'any' }, ...house.projects.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <NativeSelect
          label="State"
          value={state}
          onChange={({ currentTarget }) => setState(STATES.find((one) => one === currentTarget.value) ?? 'any')}
          data={[...STATES]}
        />
        <NativeSelect
          label="Last used"
          value={used}
          onChange={({ currentTarget }) => setUsed(UNUSED.find((one) => one === currentTarget.value) ?? 'any')}
          data={[...UNUSED]}
        />
      </Group>
      {shown.length === 0 ? (
        <Empty title="No key fits">Search for something else, or choose “any” in the other fields.</Empty>
      ) : (
        <KeyTable keys={shown} house={house} policies={policies} />
      )}
    </>
  );
}
