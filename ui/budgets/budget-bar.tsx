import './budgets.css';
import { Badge, Group, Progress, Text } from '@mantine/core';
import { IconAlertTriangle, IconHandStop } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { sayShare } from '../app/words.ts';
import { allowed, COLORS, type ScopeState, shareOf, standingOf } from './scope-state.ts';

interface Props {
  /** Whose part it is. */
  readonly words: string;
  readonly unit: 'usd' | 'tokens';
  readonly state: ScopeState;
  /** What stands in place of the plain words, such as a link; it says the same. */
  readonly title?: ReactNode;
  /** What can be done, beside the words. */
  readonly aside?: ReactNode;
}

/** What one scope has spent, what is held for requests under way, and what is left. */
export function BudgetBar({ words, unit, state, title, aside }: Props) {
  const { spent, held, limit, toppedUp } = state;
  const most = allowed(state);
  const standing = standingOf(state);
  const color = COLORS[standing];
  const percent = (amount: number): number => (most === 0 ? 100 : Math.min(100, (100 * amount) / most));
  const say = (amount: number): string => sayAmount(amount, unit);
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Group gap="xs" flex="1 1 180px">
          <Text size="sm" fw={600} component="div" style={{ overflowWrap: 'anywhere' }}>
            {title ?? words}
          </Text>
          {standing === 'spent' ? (
            <Badge
              tt="none"
              variant="default"
              leftSection={<IconHandStop size={13} color="var(--mantine-color-red-text)" aria-hidden />}
            >
              spent
            </Badge>
          ) : standing === 'nearly' ? (
            <Badge
              tt="none"
              variant="default"
              leftSection={<IconAlertTriangle size={13} color="var(--mantine-color-orange-text)" aria-hidden />}
            >
              nearly spent
            </Badge>
          ) : null}
        </Group>
        {aside}
      </Group>
      <div className="budget-bar">
        <Progress.Root size="lg" radius="sm">
          <Progress.Section value={percent(spent)} color={color} aria-label={`Spent by ${words}`} />
          <Progress.Section
            value={Math.min(percent(held), 100 - percent(spent))}
            color={color}
            striped
            aria-label={`Held for ${words}`}
          />
        </Progress.Root>
        {toppedUp > 0 && most > 0 ? (
          <span className="budget-bar-limit" style={{ left: `${percent(limit)}%` }} aria-hidden />
        ) : null}
      </div>
      <Text size="sm" c="dimmed" mt={4}>
        {say(spent)} spent, {held > 0 ? `${say(held)} held for requests under way, ` : ''}
        {say(Math.max(0, most - spent - held))} left of {say(most)} ({sayShare(shareOf(state))})
        {toppedUp > 0 ? `. The limit is ${say(limit)}, and ${say(toppedUp)} was added for this time.` : ''}
      </Text>
    </div>
  );
}
