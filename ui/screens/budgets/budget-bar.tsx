import { Badge, Group, Progress, Text } from '@mantine/core';
import { IconAlertTriangle, IconHandStop } from '@tabler/icons-react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { HouseAnswer } from '../../api/house.ts';

type Entry = HouseAnswer['budgets'][number];

/** The share from which on a budget is shown as nearly spent. */
const NEARLY = 0.8;

interface Props {
  /** Whose part it is. */
  readonly words: string;
  readonly budget: Entry['budget'];
  /** Null where nothing was spent in the open window. */
  readonly use: Entry['use'][number] | null;
}

/** What one part of the organisation has spent, what is held for requests under way, and what is left. */
export function BudgetBar({ words, budget: { limit, unit }, use }: Props) {
  const { spent, held } = use ?? { spent: 0, held: 0 };
  const percent = (amount: number): number => (limit === 0 ? 100 : Math.min(100, (100 * amount) / limit));
  const share = limit === 0 ? 1 : (spent + held) / limit;
  const left = Math.max(0, limit - spent - held);
  const color = share >= 1 ? 'red' : share >= NEARLY ? 'orange' : 'teal';
  const say = (amount: number): string => sayAmount(amount, unit);
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          {words}
        </Text>
        {share >= 1 ? (
          <Badge
            tt="none"
            variant="default"
            leftSection={<IconHandStop size={13} color="var(--mantine-color-red-text)" aria-hidden />}
          >
            spent
          </Badge>
        ) : share >= NEARLY ? (
          <Badge
            tt="none"
            variant="default"
            leftSection={<IconAlertTriangle size={13} color="var(--mantine-color-orange-text)" aria-hidden />}
          >
            nearly spent
          </Badge>
        ) : null}
      </Group>
      <Progress.Root size="lg" radius="sm">
        <Progress.Section value={percent(spent)} color={color} aria-label={`Spent by ${words}`} />
        <Progress.Section
          value={Math.min(percent(held), 100 - percent(spent))}
          color={color}
          striped
          aria-label={`Held for ${words}`}
        />
      </Progress.Root>
      <Text size="sm" c="dimmed" mt={4}>
        {say(spent)} spent, {held > 0 ? `${say(held)} held for requests under way, ` : ''}
        {say(left)} left of {say(limit)} ({Math.round(share * 100)} %)
      </Text>
    </div>
  );
}
