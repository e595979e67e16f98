import { Alert, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { changeBudget, type StoredBudget, storedBudgetSchema } from '../../api/budgets.ts';
import { currentIn } from '../../api/conflict.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount, writeAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayLimit } from '../../budgets/budget-words.ts';

/** Changes name, limit and owner of a budget, with a reason. */
export function ChangeBudget({ budget, onClose }: { readonly budget: StoredBudget; readonly onClose: () => void }) {
  const client = useQueryClient();
  // What the form began with: while it is open, the house may already know of another person's change.
  const [started] = useState(budget);
  const { unit } = budget;
  const [name, setName] = useState(budget.name);
  const [limit, setLimit] = useState(() => writeAmount(budget.limit, unit));
  const [owner, setOwner] = useState(budget.owner ?? '');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  // Another person's change is first shown, then written over only when this form is sent again.
  const [theirs, setTheirs] = useState<StoredBudget | null>(null);
  const amount = readAmount(limit, unit);
  const changing = useMutation({
    mutationFn: () => {
      const change = { name: name.trim(), limit: amount ?? 0, owner: owner.trim() || null };
      return changeBudget(theirs ?? started, change, reason.trim());
    },
    onSuccess: async () => {
      await refreshBudgets(client);
      onClose();
    },
    onError: (error) => setTheirs(currentIn(error, storedBudgetSchema)),
  });
  const errors = {
    name: name.trim() === '' ? 'Give it a name.' : null,
    limit: amountError(limit, unit),
    reason: reasonError(reason),
  };
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) changing.mutate();
  };
  return (
    <FormDialog
      title={`Change “${started.name}”`}
      act="Change the budget"
      error={theirs ? null : changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        The change acts at once, and what was spent stays. Now it is {sayLimit(started)}. For another time, unit or part
        that it counts by, make another budget.
      </Text>
      <TextInput
        label="Name"
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried ? errors.name : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <AmountInput what="Limit" unit={unit} value={limit} onChange={setLimit} error={tried ? errors.limit : null} />
      <TextInput
        label="Owner"
        description="Whom people ask for more, such as a name or an address."
        maxLength={200}
        value={owner}
        onChange={({ currentTarget }) => setOwner(currentTarget.value)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
      {theirs ? (
        <Alert variant="light" color="yellow" role="alert" title="Somebody has changed it in the meantime">
          It is now called “{theirs.name}”, its limit is {sayAmount(theirs.limit, unit)}, and its owner is{' '}
          {theirs.owner ?? 'nobody'}. What you entered is still here: send it again to put it in place of theirs.
        </Alert>
      ) : null}
    </FormDialog>
  );
}
