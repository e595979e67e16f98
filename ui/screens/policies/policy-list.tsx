import { Button, Group, SimpleGrid, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { houseQuery } from '../../api/house.ts';
import { useMay } from '../../api/may.ts';
import { type ListedPolicy, policiesQuery } from '../../api/policies.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { defaultsOf } from './defaults.ts';
import { PolicyCard } from './policy-card.tsx';

const route = getRouteApi('/policies');

/** All policies of the organisation. */
export function PolicyList() {
  const policies = useQuery(policiesQuery);
  const house = useQuery(houseQuery);
  const mayChange = useMay()('draft policy');
  const aside = mayChange ? (
    <LinkButton to="/policies/new" leftSection={<IconPlus size={18} aria-hidden />}>
      New policy
    </LinkButton>
  ) : undefined;
  const error = policies.error ?? house.error;
  const retry = () => Promise.all([policies.refetch(), house.refetch()]);
  return (
    <Screen title="Policies" aside={aside}>
      <Text c="dimmed" maw={720}>
        A policy decides what happens to a request: which data is taken out, who pays, and which model answers. An app
        chooses one by its name, as the model <code>policy/name</code>; all other requests follow the default policy.
      </Text>
      {policies.data && house.data ? (
        <Found policies={policies.data} defaults={defaultsOf(house.data)} mayChange={mayChange} />
      ) : error ? (
        <Failure title="The policies could not be loaded" error={error} onRetry={retry} />
      ) : (
        <Waiting what="the policies" />
      )}
    </Screen>
  );
}

interface FoundProps {
  readonly policies: readonly ListedPolicy[];
  readonly defaults: ReadonlyMap<string, readonly string[]>;
  readonly mayChange: boolean;
}

function Found({ policies, defaults, mayChange }: FoundProps) {
  const filter = route.useSearch();
  const navigate = useNavigate({ from: '/policies' });
  const [search, setSearch] = useState(filter.search ?? '');
  const narrow = (next: typeof filter) => void navigate({ to: '/policies', search: next, replace: true });
  const archived = policies.filter((policy) => policy.archived).length;
  if (policies.length === 0) {
    return (
      <Empty title="There is no policy yet">
        {mayChange ? (
          <>
            <Text mb="md">Begin with one that is shipped, and change it to your needs.</Text>
            <LinkButton to="/policies/new">New policy</LinkButton>
          </>
        ) : (
          'Ask an admin to make one.'
        )}
      </Empty>
    );
  }
  const words: readonly string[] = search.trim().toLowerCase().split(/\s+/);
  const fits = ({ title, name, description }: ListedPolicy): boolean =>
    words.every((word) => `${title} ${name} ${description}`.toLowerCase().includes(word));
  const rank = ({ id, archived: away }: ListedPolicy): number => (away ? 2 : defaults.has(id) ? 0 : 1);
  const shown = policies
    .filter((policy) => (filter.archived || !policy.archived) && fits(policy))
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
  return (
    <>
      <Group gap="lg" align="center" role="search" aria-label="Policies">
        <TextInput
          type="search"
          aria-label="Search policies"
          placeholder="Search by title, name or description"
          leftSection={<IconSearch size={16} aria-hidden />}
          w={{ base: '100%', xs: 340 }}
          value={search}
          onChange={({ currentTarget }) => {
            setSearch(currentTarget.value);
            narrow({ ...filter, search: currentTarget.value || undefined });
          }}
        />
        {archived > 0 ? (
          <Switch
            label={`Show the archive (${archived})`}
            checked={filter.archived === true}
            onChange={({ currentTarget }) => narrow({ ...filter, archived: currentTarget.checked || undefined })}
          />
        ) : null}
      </Group>
      {shown.length === 0 ? (
        <Empty title="No policy fits">
          {search === '' ? (
            'All policies are in the archive.'
          ) : (
            <Button
              variant="default"
              onClick={() => {
                setSearch('');
                narrow({ ...filter, search: undefined });
              }}
            >
              Show all
            </Button>
          )}
        </Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {shown.map((policy) => (
            <PolicyCard key={policy.id} policy={policy} defaults={defaults.get(policy.id) ?? []} />
          ))}
        </SimpleGrid>
      )}
    </>
  );
}
