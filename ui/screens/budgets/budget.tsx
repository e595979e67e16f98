import { Group, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { windowAt } from '../../../policies/budget.ts';
import { scopeParts } from '../../../policies/budget-tree.ts';
import { budgetRequestsQuery } from '../../api/budget-requests.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { BUDGET_VIEWS, type BudgetView } from '../../app/addresses.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { scopesOf, teamFinder } from '../../budgets/budget-tree.ts';
import { sayLimit, saySpan } from '../../budgets/budget-words.ts';
import { stateOf } from '../../budgets/scope-state.ts';
import { type BudgetHouse, useBudgetHouse } from '../../budgets/use-budget-house.ts';
import { BudgetLedger } from './budget-ledger.tsx';
import { BudgetNow } from './budget-now.tsx';
import { BudgetPlan } from './budget-plan.tsx';
import { BudgetSettings } from './budget-settings.tsx';

const route = getRouteApi('/budgets/$budget');

const VIEW_WORDS: Readonly<Record<BudgetView, string>> = {
  now: 'Now',
  plan: 'Plan',
  ledger: 'Ledger',
  settings: 'What it allows',
};

/** One budget: how it stands, what it is planned to be, everything that moved it, and what it allows. */
export function BudgetPage() {
  const { budget: id } = route.useParams();
  const { house, error, retry } = useBudgetHouse();
  const entry = house?.answer.budgets.find(({ budget }) => budget.id === id);
  if (!house || !entry) {
    return (
      <Screen title="Budget" aside={<TextLink to="/budgets">All budgets</TextLink>}>
        {error ? (
          <Failure title="The budget could not be loaded" error={error} onRetry={retry} />
        ) : house ? (
          <Empty title="There is no budget here">
            The address may be wrong.{' '}
            <TextLink to="/budgets" underline="always">
              Look at all budgets
            </TextLink>
          </Empty>
        ) : (
          <Waiting what="the budget" />
        )}
      </Screen>
    );
  }
  return <Found key={id} house={house} budget={entry.budget} />;
}

interface FoundProps {
  readonly house: BudgetHouse;
  readonly budget: StoredBudget;
}

function Found({ house, budget }: FoundProps) {
  const { view: inAddress, scope: wanted, ask } = route.useSearch();
  const navigate = useNavigate();
  const mayChange = useMayEverywhere()('change budget');
  const seesAll = useMayEverywhere()('read budget');
  const maySeeLedger = useMayEverywhere()('read ledger');
  const views = BUDGET_VIEWS.filter((one) => one !== 'ledger' || maySeeLedger);
  const view = views.find((one) => one === inAddress) ?? 'now';
  const asked = useQuery({ ...budgetRequestsQuery, refetchInterval: 30_000 });
  const { answer, keyNames } = house;
  const { id, name, owner, window, timeZone, parent } = budget;
  const known = scopesOf(answer.budgets, teamFinder(answer)).get(id) ?? [];
  const fits = (scope: string | undefined): scope is string =>
    scope !== undefined && scopeParts(budget.scope, scope) !== null;
  const chosen = [ask, wanted, known[0]?.scope].find(fits) ?? null;
  // One that an address names may have spent nothing yet.
  const states =
    chosen === null || known.some(({ scope }) => scope === chosen)
      ? known
      : [...known, stateOf(budget, chosen, undefined)];
  const { end } = windowAt(window, timeZone, Date.now());
  const above = answer.budgets.find((one) => one.budget.id === parent)?.budget;
  const below = answer.budgets.filter((one) => one.budget.parent === id).map((one) => one.budget);
  const requests = asked.data?.filter((one) => one.budget === id) ?? [];
  return (
    <Screen title={name} aside={<TextLink to="/budgets">All budgets</TextLink>}>
      <Stack gap={4}>
        <Text fw={600} size="lg">
          {sayLimit(budget, !seesAll && budget.project === null)}
        </Text>
        <Text c="dimmed">
          {saySpan(end, timeZone)} {owner === null ? 'Nobody is named as its owner.' : `It is owned by ${owner}.`}
        </Text>
        {above || below.length > 0 ? (
          <Group gap={6}>
            {above ? <Family words="A part of" budgets={[above]} /> : null}
            {below.length > 0 ? <Family words={above ? 'and above' : 'Above'} budgets={below} /> : null}
          </Group>
        ) : null}
      </Stack>
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(value) => {
          const next = views.find((one) => one === value);
          const search = { scope: wanted, view: next === 'now' ? undefined : next };
          void navigate({ to: '/budgets/$budget', params: { budget: id }, search, replace: true });
        }}
      >
        <Tabs.List mb="lg">
          {views.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {VIEW_WORDS[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="now">
          <BudgetNow
            budget={budget}
            states={states}
            chosen={chosen}
            asking={ask !== undefined}
            requests={requests}
            keyNames={keyNames}
            mayChange={mayChange}
          />
        </Tabs.Panel>
        <Tabs.Panel value="plan">
          <BudgetPlan budget={budget} states={states} chosen={chosen} keyNames={keyNames} mayChange={mayChange} />
        </Tabs.Panel>
        {maySeeLedger ? (
          <Tabs.Panel value="ledger">
            <BudgetLedger
              budget={budget}
              scope={fits(wanted) && budget.scope.length > 0 ? wanted : undefined}
              scopes={states.map(({ scope }) => scope)}
              keyNames={keyNames}
            />
          </Tabs.Panel>
        ) : null}
        <Tabs.Panel value="settings">
          <BudgetSettings budget={budget} house={house} mayChange={mayChange} />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}

interface FamilyProps {
  readonly words: string;
  readonly budgets: readonly StoredBudget[];
}

function Family({ words, budgets }: FamilyProps) {
  return (
    <Text size="sm" c="dimmed" component="span">
      {words}{' '}
      {budgets.map(({ id, name }, i) => (
        <span key={id}>
          {i === 0 ? '' : ', '}
          <TextLink to="/budgets/$budget" params={{ budget: id }} size="sm" underline="always">
            {name}
          </TextLink>
        </span>
      ))}
    </Text>
  );
}
