import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { StoredBudget } from '../../api/budgets.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { useBudgetChange } from './use-budget-change.ts';

const MOST = 5;
const LARGEST = 1000;

/** "80 %, 100 %". */
export const sayThresholds = (shares: readonly number[]): string =>
  shares.map((share) => `${Math.round(share * 1000) / 10} %`).join(', ');

/** Shares from percentages as they are typed, rising; null where one is no percentage, or where there are too many. */
function readThresholds(text: string): number[] | null {
  const parts = text.split(/[,;\s%]+/).filter((part) => part !== '');
  const shares = [...new Set(parts.map((part) => Number(part) / 100))].sort((a, b) => a - b);
  const isRight = shares.every((share) => share > 0 && share * 100 <= LARGEST);
  return isRight && shares.length <= MOST ? shares : null;
}

/** Sets at which shares of the limit people are told. */
export function ThresholdsForm({ budget, onClose }: { readonly budget: StoredBudget; readonly onClose: () => void }) {
  const [typed, setTyped] = useState(() => sayThresholds(budget.thresholds));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changing = useBudgetChange(budget, onClose);
  const thresholds = readThresholds(typed);
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (thresholds !== null && error === null) changing.mutate({ change: { thresholds }, reason });
  };
  return (
    <FormDialog
      title={`When people are told about “${budget.name}”`}
      act="Change it"
      error={changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">Once in each time, when what is spent and held reaches these shares of the limit.</Text>
      <TextInput
        label="Shares of the limit"
        description={`In percent, with commas between them; at most ${MOST}. Leave it empty to tell nobody.`}
        data-autofocus
        value={typed}
        error={
          tried && thresholds === null
            ? `Write at most ${MOST} numbers above 0 and up to ${LARGEST}, such as 50, 80, 100.`
            : null
        }
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? error : null} />
    </FormDialog>
  );
}
