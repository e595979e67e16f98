import { Button, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { keysQuery } from '../../api/keys.ts';
import { type ListedPolicy, policiesQuery } from '../../api/policies.ts';
import { useMayChange } from '../../api/session.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { BudgetCard, shareUsed } from './budget-card.tsx';
import { NewBudget } from './new-budget.tsx';

/** From this many on, there is a field to search them. */
const MANY = 7;

/** All budgets with what they have used; those that are nearly spent first. */
export function BudgetList() {
  const house = useQuery({ ...houseQuery, refetchInterval: 30_000 });
  const policies = useQuery(policiesQuery);
  const keys = useQuery(keysQuery);
  const mayChange = useMayChange();
  const [making, setMaking] = useState(false);
  const aside = mayChange ? (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
      New budget
    </Button>
  ) : undefined;
  const data =
    house.data && policies.data && keys.data ? { house: house.data, policies: policies.data, keys: keys.data } : null;
  const error = house.error ?? policies.error ?? keys.error;
  return (
    <Screen title="Budgets" aside={aside}>
      <Text c="dimmed" maw={760}>
        A budget says how much may be spent in a time. A policy spends from it through a budget node: money is held
        before a model is called and settled after it, so that the limit holds however many requests come at once.
      </Text>
      {data ? (
        <Found
          house={data.house}
          policies={data.policies}
          keyNames={new Map(data.keys.map(({ id, name }) => [id, name]))}
          mayChange={mayChange}
          onNew={() => setMaking(true)}
        />
      ) : error ? (
        <Failure
          title="The budgets could not be loaded"
          error={error}
          onRetry={() => Promise.all([house.refetch(), policies.refetch(), keys.refetch()])}
        />
      ) : (
        <Waiting what="the budgets" />
      )}
      {making && house.data ? <NewBudget house={house.data} onClose={() => setMaking(false)} /> : null}
    </Screen>
  );
}

interface FoundProps {
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
  readonly onNew: () => void;
}

function Found({ house, policies, keyNames, mayChange, onNew }: FoundProps) {
  const [search, setSearch] = useState('');
  if (house.budgets.length === 0) {
    return (
      <Empty title="There is no budget yet">
        {mayChange ? (
          <>
            <Text mb="md">Make one, then let a policy spend from it through a budget node.</Text>
            <Button onClick={onNew}>New budget</Button>
          </>
        ) : (
          'Ask an admin to make one.'
        )}
      </Empty>
    );
  }
  const shown = house.budgets
    .filter(({ budget: { name, owner } }) =>
      `${name} ${owner ?? ''}`.toLowerCase().includes(search.trim().toLowerCase()),
    )
    .map((entry) => ({ ...entry, share: shareUsed(entry) }))
    .sort((a, b) => b.share - a.share || a.budget.name.localeCompare(b.budget.name));
  return (
    <>
      {house.budgets.length >= MANY ? (
        <TextInput
          type="search"
          aria-label="Search budgets"
          placeholder="Search by name or owner"
          leftSection={<IconSearch size={16} aria-hidden />}
          maw={340}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      ) : null}
      {shown.length === 0 ? (
        <Empty title="No budget fits">Search for something else.</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {shown.map(({ budget, use }) => (
            <BudgetCard
              key={budget.id}
              budget={budget}
              use={use}
              project={house.projects.find(({ id }) => id === budget.project)?.name ?? null}
              policies={policies.filter(({ archived, budgets }) => !archived && budgets.includes(budget.id))}
              keyNames={keyNames}
              mayChange={mayChange}
            />
          ))}
        </SimpleGrid>
      )}
    </>
  );
}
