import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconHandStop } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { windowAt } from '../../policies/budget.ts';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { askForMore } from '../api/budget-requests.ts';
import type { StoredBudget } from '../api/budgets.ts';
import { refreshBudgets } from '../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount } from '../app/amount-input.tsx';
import { Refused } from '../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../app/reason-input.tsx';
import { TextLink } from '../app/text-link.tsx';
import { OPEN_WINDOW_WORDS, saySpan } from './budget-words.ts';
import { allowed, type ScopeState, standingOf } from './scope-state.ts';

interface Props {
  readonly budget: StoredBudget;
  readonly state: ScopeState;
  /** Whose part it is. */
  readonly words: string;
}

/** Where somebody whose request was refused comes to: what is spent, when it resets, and a way to ask for more. */
export function AskForMore({ budget, state, words }: Props) {
  const { unit, window, timeZone, owner, name } = budget;
  const say = (amount: number): string => sayAmount(amount, unit);
  const { end } = windowAt(window, timeZone, Date.now());
  const standing = standingOf(state);
  const left = Math.max(0, allowed(state) - state.spent - state.held);
  const title =
    standing === 'spent'
      ? `“${name}” is spent for ${words}`
      : `“${name}” has ${say(left)} left for ${words} ${OPEN_WINDOW_WORDS[window]}`;
  const [asked, setAsked] = useState<number | null>(null);
  return (
    <Alert
      variant="light"
      color={asked === null ? (standing === 'fine' ? 'blue' : 'orange') : 'teal'}
      icon={asked === null ? <IconHandStop aria-hidden /> : <IconCircleCheck aria-hidden />}
      title={asked === null ? title : 'You have asked for more'}
    >
      {asked === null ? (
        <Stack gap="md">
          <Text size="sm">
            {say(state.spent)} of {say(allowed(state))} is spent {OPEN_WINDOW_WORDS[window]}
            {state.held > 0 ? `, and ${say(state.held)} is held for requests under way` : ''}.{' '}
            {standing === 'spent'
              ? 'Until there is more, requests that would take more are refused.'
              : 'A request that may cost more than what is left is refused.'}{' '}
            {saySpan(end, timeZone)}
          </Text>
          <Form budget={budget} scope={state.scope} onAsked={setAsked} />
        </Stack>
      ) : (
        <Text size="sm" role="status">
          {say(asked)} more for {words} {OPEN_WINDOW_WORDS[window]}.{' '}
          {owner === null ? 'An admin will answer it.' : `${owner}, who owns this budget, or an admin will answer it.`}{' '}
          The answer shows up here, under “Asked for more”, and among{' '}
          <TextLink to="/budgets/requests" size="sm" underline="always">
            all requests for more
          </TextLink>
          .
        </Text>
      )}
    </Alert>
  );
}

interface FormProps {
  readonly budget: StoredBudget;
  readonly scope: string;
  readonly onAsked: (amount: number) => void;
}

function Form({ budget: { id, unit, window }, scope, onAsked }: FormProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const amount = readAmount(typed, unit);
  const errors = { amount: amountError(typed, unit, 1), reason: reasonError(reason) };
  const asking = useMutation({
    mutationFn: (more: number) => askForMore({ budget: id, scope, amount: more, reason: reason.trim() }),
    onSuccess: async ({ amount: asked }) => {
      onAsked(asked);
      await refreshBudgets(client);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (amount !== null && errors.amount === null && errors.reason === null) asking.mutate(amount);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm" maw={560}>
        <Group align="flex-start" gap="md" wrap="wrap">
          <AmountInput
            what="How much more"
            unit={unit}
            value={typed}
            onChange={setTyped}
            error={tried ? errors.amount : null}
            description={`Only for ${OPEN_WINDOW_WORDS[window]}.`}
          />
        </Group>
        <ReasonInput
          value={reason}
          onChange={setReason}
          error={tried ? errors.reason : null}
          description="For whoever decides: what you need it for."
        />
        <Refused error={asking.error} />
        <Group>
          <Button type="submit" loading={asking.isPending}>
            Ask for more
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
