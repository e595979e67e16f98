import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { type BudgetRequest, declineRequest, grantRequest } from '../api/budget-requests.ts';
import type { StoredBudget } from '../api/budgets.ts';
import { refreshBudgets } from '../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount, writeAmount } from '../app/amount-input.tsx';
import { FormDialog } from '../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../app/reason-input.tsx';
import { OPEN_WINDOW_WORDS } from './budget-words.ts';

interface Props {
  readonly request: BudgetRequest;
  readonly budget: StoredBudget;
  /** Whose part it is. */
  readonly words: string;
  readonly onClose: () => void;
}

/** Grants what somebody asks for, or another amount. */
export function GrantRequest({ request, budget: { unit, window, name }, words, onClose }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(() => writeAmount(request.amount, unit));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const amount = readAmount(typed, unit);
  const errors = { amount: amountError(typed, unit, 1), reason: reasonError(reason) };
  const granting = useMutation({
    mutationFn: (more: number) => grantRequest(request.id, more, reason.trim()),
    onSuccess: async (_, more) => {
      await refreshBudgets(client);
      onClose();
      notifications.show({ message: `${sayAmount(more, unit)} was granted for ${words}.` });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (amount !== null && errors.amount === null && errors.reason === null) granting.mutate(amount);
  };
  return (
    <FormDialog
      title="Grant more"
      act="Grant it"
      error={granting.error}
      pending={granting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        It is added at once to what {words} may spend of “{name}” {OPEN_WINDOW_WORDS[window]}. They ask for it because:
        “{request.reason}”.
      </Text>
      <AmountInput
        what="Amount"
        unit={unit}
        value={typed}
        onChange={setTyped}
        error={tried ? errors.amount : null}
        description={`Asked for is ${sayAmount(request.amount, unit)}.`}
      />
      <ReasonInput
        first
        value={reason}
        onChange={setReason}
        error={tried ? errors.reason : null}
        description="The one who asked reads it; it stands in the ledger and in the history too."
      />
    </FormDialog>
  );
}

/** Declines what somebody asks for, with a sentence. */
export function DeclineRequest({ request, budget: { unit, name }, words, onClose }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const error = reasonError(reason);
  const declining = useMutation({
    mutationFn: () => declineRequest(request.id, reason.trim()),
    onSuccess: async () => {
      await refreshBudgets(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (error === null) declining.mutate();
  };
  return (
    <FormDialog
      title="Decline"
      act="Decline it"
      error={declining.error}
      pending={declining.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {sayAmount(request.amount, unit)} more for {words} of “{name}”, asked for because: “{request.reason}”. They can
        ask again, and the budget can be added to at any time.
      </Text>
      <ReasonInput
        first
        value={reason}
        onChange={setReason}
        error={tried ? error : null}
        description="The one who asked reads it; it stands in the history too."
      />
    </FormDialog>
  );
}
