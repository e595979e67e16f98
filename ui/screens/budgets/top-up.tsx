import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { type StoredBudget, topUp } from '../../api/budgets.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { OPEN_WINDOW_WORDS } from '../../budgets/budget-words.ts';
import { allowed, type ScopeState } from '../../budgets/scope-state.ts';

interface Props {
  readonly budget: StoredBudget;
  readonly state: ScopeState;
  /** Whose part it is. */
  readonly words: string;
  readonly onClose: () => void;
}

/** Adds to what a scope may spend, for the open window only. */
export function TopUp({ budget: { id, name, unit, window }, state, words, onClose }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const amount = readAmount(typed, unit);
  const adding = useMutation({
    mutationFn: (more: number) => topUp(id, state.scope, more, reason.trim()),
    onSuccess: async ({ amount: added }) => {
      await refreshBudgets(client);
      onClose();
      notifications.show({ message: `${sayAmount(added, unit)} was added for ${words}.` });
    },
  });
  const errors = { amount: amountError(typed, unit, 1), reason: reasonError(reason) };
  const submit = (): void => {
    setTried(true);
    if (amount !== null && errors.amount === null && errors.reason === null) adding.mutate(amount);
  };
  const say = (value: number): string => sayAmount(value, unit);
  return (
    <FormDialog
      title={`Add to “${name}”`}
      act="Add it"
      error={adding.error}
      pending={adding.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        For {words}, {OPEN_WINDOW_WORDS[window]} only: the next time it begins with its limit of {say(state.limit)}{' '}
        again. Now {say(state.spent + state.held)} of {say(allowed(state))} is spent or held.
      </Text>
      <AmountInput
        what="Amount"
        first
        unit={unit}
        value={typed}
        onChange={setTyped}
        error={tried ? errors.amount : null}
      />
      {amount === null ? null : (
        <Text size="sm" role="status">
          It may then spend {say(allowed(state) + amount)} {OPEN_WINDOW_WORDS[window]}.
        </Text>
      )}
      <ReasonInput
        value={reason}
        onChange={setReason}
        error={tried ? errors.reason : null}
        description="It stands in the ledger and in the history."
      />
    </FormDialog>
  );
}
