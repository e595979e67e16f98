import { Button, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { budgetRequestsQuery } from '../../api/budget-requests.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { type ListedPolicy, policiesQuery } from '../../api/policies.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';
import { allBranches, fullest, growTrees, type Tree, teamFinder } from '../../budgets/budget-tree.ts';
import { sayScope } from '../../budgets/budget-words.ts';
import { NewBudget } from '../../budgets/new-budget.tsx';
import { type BudgetHouse, useBudgetHouse } from '../../budgets/use-budget-house.ts';
import type { RowsContext } from './branch-rows.tsx';
import { BudgetCard } from './budget-card.tsx';
import { FirstOut } from './first-out.tsx';
import { spendersOf } from './spent-by.tsx';
import { useOutlooks } from './use-outlooks.ts';

/** From this many on, there is a field to search them. */
const MANY = 7;

/** All budgets as trees with what they have used; those that are nearly spent first. */
export function BudgetList() {
  const { house, error: houseError, retry } = useBudgetHouse();
  const policies = useQuery(policiesQuery);
  const mayChange = useMayEverywhere()('change budget');
  const seesAll = useMayEverywhere()('read budget');
  const [making, setMaking] = useState(false);
  const error = houseError ?? policies.error;
  const aside = (
    <Group gap="sm">
      <Asked />
      {mayChange ? (
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setMaking(true)}>
          New budget
        </Button>
      ) : null}
    </Group>
  );
  return (
    <Screen title="Budgets" aside={aside}>
      <Text c="dimmed" maw={760}>
        A budget says how much may be spent in a time. A policy spends from it through a budget node: money is held
        before a model is called and settled after it, so that the limit holds however many requests come at once.
        {seesAll
          ? ''
          : ' Here are the budgets of your projects, and of those of the whole organisation what only your teams, projects and keys spend from.'}
      </Text>
      {house && policies.data ? (
        <Found
          house={house}
          policies={policies.data}
          seesAll={seesAll}
          mayChange={mayChange}
          onNew={() => setMaking(true)}
        />
      ) : error ? (
        <Failure
          title="The budgets could not be loaded"
          error={error}
          onRetry={() => {
            retry();
            void policies.refetch();
          }}
        />
      ) : (
        <Waiting what="the budgets" />
      )}
      {making && house ? <NewBudget house={house.answer} onClose={() => setMaking(false)} /> : null}
    </Screen>
  );
}

/** The way to what people have asked for, with how many of them wait. */
function Asked() {
  const asked = useQuery({ ...budgetRequestsQuery, refetchInterval: 30_000 });
  const open = asked.data?.filter(({ state }) => state === 'open').length ?? 0;
  return (
    <LinkButton to="/budgets/requests" variant={open > 0 ? 'light' : 'default'}>
      {open > 0 ? `${plural(open, 'request')} for more` : 'Requests for more'}
    </LinkButton>
  );
}

interface FoundProps {
  readonly house: BudgetHouse;
  readonly policies: readonly ListedPolicy[];
  /** Whether there are no others than those that are here. */
  readonly seesAll: boolean;
  readonly mayChange: boolean;
  readonly onNew: () => void;
}

function Found({ house: { answer, keyNames }, policies, seesAll, mayChange, onNew }: FoundProps) {
  const [search, setSearch] = useState('');
  const outlooks = useOutlooks();
  const { budgets, projects } = answer;
  const teamOf = useMemo(() => teamFinder(answer), [answer]);
  const trees = useMemo(() => growTrees(budgets, teamOf), [budgets, teamOf]);
  if (budgets.length === 0) {
    return (
      <Empty title={seesAll ? 'There is no budget yet' : 'No budget counts your part alone'}>
        {!seesAll ? (
          'Those of the whole organisation hold for you all the same. Ask an admin to see one, or for one of your own.'
        ) : mayChange ? (
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
  const byId = new Map(budgets.map(({ budget }) => [budget.id, budget]));
  const context: RowsContext = {
    keyNames,
    mayChange,
    seesAll,
    teamOf,
    find: (id) => byId.get(id),
    outlookOf: ({ budget, state }) => outlooks.of(budget, state.scope)?.words ?? null,
  };
  const wanted = search.trim().toLowerCase();
  const shown = trees
    .filter((tree) => wordsOf(tree, keyNames).includes(wanted))
    .map((tree) => ({ tree, share: fullest(tree) }))
    .sort((a, b) => b.share - a.share || a.tree.budget.name.localeCompare(b.tree.budget.name));
  return (
    <>
      <FirstOut branches={trees.flatMap(allBranches)} keyNames={keyNames} outlooks={outlooks} />
      {budgets.length >= MANY ? (
        <TextInput
          type="search"
          aria-label="Search budgets"
          placeholder="Search by name, owner or part"
          leftSection={<IconSearch size={16} aria-hidden />}
          maw={340}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      ) : null}
      {shown.length === 0 ? (
        <Empty title="No budget fits">Search for something else.</Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} component="ul" className="budget-cards">
          {shown.map(({ tree }) => (
            <BudgetCard
              key={tree.budget.id}
              tree={tree}
              project={projects.find(({ id }) => id === tree.budget.project)?.name ?? null}
              policies={spendersOf(policies, tree.budget.id)}
              context={context}
            />
          ))}
        </SimpleGrid>
      )}
    </>
  );
}

/** What a tree is found by: names, owners and parts. */
function wordsOf(tree: Tree, keyNames: ReadonlyMap<string, string>): string {
  const { budget, resting } = tree;
  const all = allBranches(tree);
  return [budget, ...resting, ...all.map((branch) => branch.budget)]
    .map(({ name, owner }) => `${name} ${owner ?? ''}`)
    .concat(all.map((branch) => sayScope(branch.budget.scope, branch.state.scope, keyNames)))
    .join('\n')
    .toLowerCase();
}
