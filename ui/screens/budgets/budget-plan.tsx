import { Button, Group, Select, Stack, Table, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { windowAt } from '../../../policies/budget.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { type PlannedMonth, planQuery } from '../../api/budget-plan.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMonth, sayScope } from '../../budgets/budget-words.ts';
import type { ScopeState } from '../../budgets/scope-state.ts';
import type { Plot } from '../../charts/plot.ts';
import { TimePlot } from '../../charts/time-plot.tsx';
import { DROPDOWN } from '../../form/dropdown.ts';
import { PlanForm } from './plan-form.tsx';

interface Props {
  readonly budget: StoredBudget;
  readonly states: readonly ScopeState[];
  readonly chosen: string | null;
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
}

/** The month of a moment in a time zone, such as "2026-11". */
function monthOf(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}`;
}

/** When a month begins in a time zone, in milliseconds since 1970. */
const startOf = (month: string, timeZone: string): number =>
  windowAt('month', timeZone, Date.parse(`${month}-15T00:00:00Z`)).start;

/** What one part of a budget is planned to spend in a year, month by month, beside what it did spend. */
export function BudgetPlan({ budget, states, chosen, keyNames, mayChange }: Props) {
  const { timeZone } = budget;
  const thisMonth = monthOf(Date.now(), timeZone);
  const [year, setYear] = useState(() => Number(thisMonth.slice(0, 4)));
  const navigate = useNavigate();
  if (chosen === null) {
    return (
      <Empty title="Nothing is spent from it yet">
        A plan is made for each of its parts, as soon as there is one: when something is spent from it, or when one has
        a limit of its own.
      </Empty>
    );
  }
  const words = sayScope(budget.scope, chosen, keyNames);
  return (
    <Stack gap="lg">
      <Group gap="md" align="flex-end">
        {budget.scope.length === 0 ? null : (
          <Select
            {...DROPDOWN}
            label="Part"
            searchable
            limit={60}
            allowDeselect={false}
            nothingFoundMessage="No part has that in its name."
            data={states.map(({ scope }) => ({ value: scope, label: sayScope(budget.scope, scope, keyNames) }))}
            value={chosen}
            onChange={(scope) => {
              if (scope === null) return;
              const to = { to: '/budgets/$budget', params: { budget: budget.id } } as const;
              void navigate({ ...to, search: { view: 'plan', scope }, replace: true });
            }}
          />
        )}
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconChevronLeft size={16} aria-hidden />}
            onClick={() => setYear(year - 1)}
          >
            {year - 1}
          </Button>
          <Text fw={600} px="xs">
            {year}
          </Text>
          <Button
            variant="default"
            rightSection={<IconChevronRight size={16} aria-hidden />}
            onClick={() => setYear(year + 1)}
          >
            {year + 1}
          </Button>
        </Group>
      </Group>
      <Year
        key={`${chosen} ${year}`}
        budget={budget}
        scope={chosen}
        words={words}
        year={year}
        thisMonth={thisMonth}
        mayChange={mayChange}
      />
    </Stack>
  );
}

interface YearProps {
  readonly budget: StoredBudget;
  readonly scope: string;
  /** Whose part it is. */
  readonly words: string;
  readonly year: number;
  readonly thisMonth: string;
  readonly mayChange: boolean;
}

function Year({ budget, scope, words, year, thisMonth, mayChange }: YearProps) {
  const plan = useQuery(planQuery(budget.id, scope, year));
  const [planning, setPlanning] = useState(false);
  const { unit, timeZone } = budget;
  const months = plan.data;
  const plot = useMemo((): Plot | null => {
    if (!months) return null;
    return {
      title: `Plan and actual of ${words} in ${year}`,
      description: 'What was spent in each month, beside what was planned for it.',
      unit,
      moments: months.map(({ month }) => startOf(month, timeZone)),
      step: 'month',
      timeZone,
      form: 'bars',
      series: [
        { label: 'Actual', values: months.map(({ month, actual }) => (month > thisMonth ? null : actual)) },
        { label: 'Planned', values: months.map(({ planned }) => planned), color: 'grey', dashed: true },
      ],
    };
  }, [months, words, year, unit, timeZone, thisMonth]);
  if (!months || !plot) {
    return plan.error ? (
      <Failure title="The plan could not be loaded" error={plan.error} onRetry={() => plan.refetch()} />
    ) : (
      <Waiting what="the plan" />
    );
  }
  return (
    <Stack gap="lg">
      <TimePlot plot={plot} />
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" maw={640}>
          {months.some(({ planned }) => planned === null)
            ? 'A month without a plan of its own has none, since its limit is not for months.'
            : 'A month without a plan of its own is planned as its limit allows.'}
        </Text>
        {mayChange ? <Button onClick={() => setPlanning(true)}>Plan {year}</Button> : null}
      </Group>
      <Months months={months} unit={unit} thisMonth={thisMonth} />
      {planning ? (
        <PlanForm budget={budget} scope={scope} words={words} months={months} onClose={() => setPlanning(false)} />
      ) : null}
    </Stack>
  );
}

interface MonthsProps {
  readonly months: readonly PlannedMonth[];
  readonly unit: 'usd' | 'tokens';
  readonly thisMonth: string;
}

function Months({ months, unit, thisMonth }: MonthsProps) {
  const say = (amount: number): string => sayAmount(amount, unit);
  return (
    <Table.ScrollContainer minWidth={560} tabIndex={0} aria-label="Plan by month">
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Month</Table.Th>
            <Table.Th ta="right">Planned</Table.Th>
            <Table.Th ta="right">Actual</Table.Th>
            <Table.Th>Compared</Table.Th>
            <Table.Th ta="right">Added</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {months.map(({ month, planned, ownPlan, actual, toppedUp }) => (
            <Table.Tr key={month}>
              <Table.Th scope="row" fw={month === thisMonth ? 700 : 400}>
                {sayMonth(month)}
                {month === thisMonth ? ', so far' : ''}
              </Table.Th>
              <Table.Td ta="right">
                {planned === null ? 'no plan' : say(planned)}
                {ownPlan ? (
                  <Text size="xs" c="dimmed">
                    set for this month
                  </Text>
                ) : null}
              </Table.Td>
              <Table.Td ta="right">{month > thisMonth ? '' : say(actual)}</Table.Td>
              <Table.Td>{month > thisMonth ? '' : compare(actual, planned, say)}</Table.Td>
              <Table.Td ta="right">{toppedUp === 0 ? '' : say(toppedUp)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function compare(actual: number, planned: number | null, say: (amount: number) => string): string {
  if (planned === null) return '';
  if (actual === planned) return 'as planned';
  return actual > planned ? `${say(actual - planned)} over the plan` : `${say(planned - actual)} under the plan`;
}
