import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { resetSpend, type StoredBudget } from '../../api/budgets.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';
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

/** Starts what a scope has spent of the open window at zero. */
export function ResetSpend({ budget: { id, name, unit, window }, state, words, onClose }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const resetting = useMutation({
    mutationFn: () => resetSpend(id, state.scope, reason.trim()),
    onSuccess: async () => {
      await refreshBudgets(client);
      onClose();
      notifications.show({ message: `What ${words} has spent begins at zero again.` });
    },
  });
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (error === null) resetting.mutate();
  };
  return (
    <FormDialog
      title={`Reset what was spent of “${name}”`}
      act="Reset to zero"
      dangerous
      error={resetting.error}
      pending={resetting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        For {words}, the {sayAmount(state.spent, unit)} spent {OPEN_WINDOW_WORDS[window]} no longer counts, so that{' '}
        {sayAmount(allowed(state), unit)} can be spent once more. What was really spent stays in the ledger and in every
        record. This cannot be taken back.
      </Text>
      <ReasonInput
        first
        value={reason}
        onChange={setReason}
        error={tried ? error : null}
        description="It stands in the ledger and in the history."
      />
    </FormDialog>
  );
}
