import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { windowAt } from '../../../policies/budget.ts';
import type { HouseAnswer } from '../../api/house.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { TextLink } from '../../app/text-link.tsx';
import { BudgetBar } from './budget-bar.tsx';
import { sayLimit, sayReset, sayScope } from './budget-words.ts';
import { ChangeBudget } from './change-budget.tsx';

type Entry = HouseAnswer['budgets'][number];
type Use = Entry['use'][number];

/** Bars that are shown before somebody asks for all of them. */
const FEW = 5;

const shareOf = (limit: number, { spent, held }: Use): number => (limit === 0 ? 1 : (spent + held) / limit);

/** The largest share of its limit that any scope of a budget has used; 0 for none. */
export const shareUsed = ({ budget, use }: Entry): number =>
  Math.max(0, ...use.map((one) => shareOf(budget.limit, one)));

interface Props extends Entry {
  /** The name of the project whose policies alone may use it. */
  readonly project: string | null;
  /** Those that spend from it. */
  readonly policies: readonly ListedPolicy[];
  readonly keyNames: ReadonlyMap<string, string>;
  readonly mayChange: boolean;
}

/** One budget: what it allows, what was spent of it, and who spends from it. */
export function BudgetCard({ budget, use, project, policies, keyNames, mayChange }: Props) {
  const title = useId();
  const [changing, setChanging] = useState(false);
  const [all, setAll] = useState(false);
  const { name, owner, window, timeZone, scope } = budget;
  const { end } = windowAt(window, timeZone, Date.now());
  const sorted = [...use].sort((a, b) => shareOf(budget.limit, b) - shareOf(budget.limit, a));
  const shown = all ? sorted : sorted.slice(0, FEW);
  return (
    <Card component="li" withBorder padding="lg" aria-labelledby={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Title order={2} id={title}>
          {name}
        </Title>
        {mayChange ? (
          <Button size="xs" variant="default" aria-label={`Change ${name}`} onClick={() => setChanging(true)}>
            Change
          </Button>
        ) : null}
      </Group>
      <Text fw={600}>{sayLimit(budget)}</Text>
      <Text size="sm" c="dimmed" mb="md">
        {end === null ? 'It never resets.' : `It resets on ${sayReset(end, timeZone)}.`}{' '}
        {owner === null ? 'Nobody is named as its owner.' : `Ask ${owner} for more.`}
        {project === null ? '' : ` Only policies of the project ${project} may use it.`}
      </Text>
      <Stack gap="md">
        {shown.length === 0 ? (
          scope.length === 0 ? (
            <BudgetBar words={sayScope(scope, '', keyNames)} budget={budget} use={null} />
          ) : (
            <Text size="sm" c="dimmed">
              Nobody has spent from it in this time.
            </Text>
          )
        ) : (
          shown.map((one) => (
            <BudgetBar key={one.scope} words={sayScope(scope, one.scope, keyNames)} budget={budget} use={one} />
          ))
        )}
        {sorted.length > shown.length ? (
          <Button size="xs" variant="default" onClick={() => setAll(true)}>
            Show all {sorted.length}
          </Button>
        ) : null}
      </Stack>
      <Text size="sm" mt="md">
        {policies.length === 0 ? (
          <Text span inherit c="dimmed">
            No policy spends from it yet: add a budget node to one.
          </Text>
        ) : (
          <>
            <Text span inherit c="dimmed">
              Spent by{' '}
            </Text>
            {policies.map((policy, i) => (
              <span key={policy.id}>
                {i === 0 ? '' : ', '}
                <TextLink to="/policies/$policy" params={{ policy: policy.id }} size="sm" underline="always">
                  {policy.title}
                </TextLink>
              </span>
            ))}
          </>
        )}
      </Text>
      {changing ? <ChangeBudget budget={budget} onClose={() => setChanging(false)} /> : null}
    </Card>
  );
}
