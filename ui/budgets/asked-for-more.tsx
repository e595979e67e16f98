import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import type { BudgetRequest } from '../api/budget-requests.ts';
import type { StoredBudget } from '../api/budgets.ts';
import { useMayEverywhere } from '../api/may.ts';
import { useAuthors } from '../app/authors.ts';
import { TextLink } from '../app/text-link.tsx';
import { sayMoment } from '../app/words.ts';
import { DeclineRequest, GrantRequest } from './answer-request.tsx';
import { sayScope } from './budget-words.ts';

interface Props {
  readonly requests: readonly BudgetRequest[];
  readonly budgets: readonly StoredBudget[];
  readonly keyNames: ReadonlyMap<string, string>;
  /** Whether each names its budget, where they are of several. */
  readonly named: boolean;
}

/** What people have asked for, with the means to answer for those who may. */
export function AskedForMore({ requests, budgets, keyNames, named }: Props) {
  const byId = new Map(budgets.map((budget) => [budget.id, budget]));
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {requests.map((request) => {
        const budget = byId.get(request.budget);
        return budget ? (
          <Asked key={request.id} request={request} budget={budget} keyNames={keyNames} named={named} />
        ) : null;
      })}
    </Stack>
  );
}

const STATE_WORDS = { open: 'waits for an answer', granted: 'granted', declined: 'declined' } as const;
const STATE_COLORS = { open: 'orange', granted: 'teal', declined: 'gray' } as const;

interface AskedProps {
  readonly request: BudgetRequest;
  readonly budget: StoredBudget;
  readonly keyNames: ReadonlyMap<string, string>;
  readonly named: boolean;
}

function Asked({ request, budget, keyNames, named }: AskedProps) {
  const { amount, author, at, state, reason, answer, answeredBy, answeredAt, scope } = request;
  const mayChange = useMayEverywhere()('change budget');
  const authorOf = useAuthors();
  const [answering, setAnswering] = useState<'grant' | 'decline' | null>(null);
  const words = sayScope(budget.scope, scope, keyNames);
  const said = sayAmount(amount, budget.unit);
  const close = (): void => setAnswering(null);
  const given = { request, budget, words, onClose: close };
  return (
    <Card component="li" withBorder padding="md" aria-label={`${said} more for ${words}`}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: '1 1 320px' }}>
          <Group gap="sm">
            <Text fw={600}>
              {said} more for {words}
            </Text>
            <Badge tt="none" variant="dot" color={STATE_COLORS[state]}>
              {STATE_WORDS[state]}
            </Badge>
          </Group>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            “{reason}”
          </Text>
          <Text size="sm" c="dimmed">
            {named ? (
              <>
                Of{' '}
                <TextLink
                  to="/budgets/$budget"
                  params={{ budget: budget.id }}
                  search={{ scope }}
                  size="sm"
                  underline="always"
                >
                  {budget.name}
                </TextLink>
                , asked
              </>
            ) : (
              'Asked'
            )}{' '}
            by {authorOf(author)} on {sayMoment(at)}.
          </Text>
          {answer === null || answeredBy === null || answeredAt === null ? null : (
            <Text size="sm" mt={4}>
              {authorOf(answeredBy)} {STATE_WORDS[state]} it on {sayMoment(answeredAt)}: “{answer}”
            </Text>
          )}
        </div>
        {state === 'open' && mayChange ? (
          <Group gap="xs">
            <Button size="xs" aria-label={`Grant ${said} for ${words}`} onClick={() => setAnswering('grant')}>
              Grant
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={`Decline ${said} for ${words}`}
              onClick={() => setAnswering('decline')}
            >
              Decline
            </Button>
          </Group>
        ) : null}
      </Group>
      {answering === 'grant' ? <GrantRequest {...given} /> : null}
      {answering === 'decline' ? <DeclineRequest {...given} /> : null}
    </Card>
  );
}
