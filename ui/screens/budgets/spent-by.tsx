import { Text } from '@mantine/core';
import type { ListedPolicy } from '../../api/policies.ts';
import { TextLink } from '../../app/text-link.tsx';

interface Props {
  readonly policies: readonly ListedPolicy[];
  /** Whether there are budgets below, through which it is spent from too. */
  readonly isTree: boolean;
}

/** The policies that spend from a budget. */
export function SpentBy({ policies, isTree }: Props) {
  if (policies.length === 0) {
    return (
      <Text size="sm" mt="md" c="dimmed">
        {isTree
          ? 'It is spent from through the budgets below it.'
          : 'No policy spends from it yet: add a budget node to one.'}
      </Text>
    );
  }
  return (
    <Text size="sm" mt="md">
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
    </Text>
  );
}

/** Those of all policies that spend from a budget. */
export const spendersOf = (policies: readonly ListedPolicy[], budget: string): ListedPolicy[] =>
  policies.filter(({ archived, budgets }) => !archived && budgets.includes(budget));
