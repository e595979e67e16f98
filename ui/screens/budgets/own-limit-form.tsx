import { Text } from '@mantine/core';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { AmountInput, amountError, readAmount, writeAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayScope, WINDOW_WORDS } from '../../budgets/budget-words.ts';
import { ScopeInput } from '../../budgets/scope-input.tsx';
import { useBudgetChange } from './use-budget-change.ts';

interface Props {
  readonly budget: StoredBudget;
  readonly house: HouseAnswer;
  readonly keyNames: ReadonlyMap<string, string>;
  /** The part whose limit is changed; null for one that gets its first. */
  readonly scope: string | null;
  readonly onClose: () => void;
}

/** Gives one part of a budget a limit of its own, or changes that. */
export function OwnLimitForm({ budget, house, keyNames, scope, onClose }: Props) {
  const { unit, limits, limit, window, scope: names } = budget;
  const [values, setValues] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState(() => (scope === null ? '' : writeAmount(limits[scope] ?? limit, unit)));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changing = useBudgetChange(budget, onClose);
  const amount = readAmount(typed, unit);
  const part = scope ?? names.map((name, i) => `${name}=${values[i]?.trim() ?? ''}`).join(',');
  const isMissing = scope === null && names.some((_, i) => !values[i]?.trim());
  const isTaken = scope === null && !isMissing && Object.hasOwn(limits, part);
  const errors = {
    part: isMissing ? 'Say which one.' : null,
    taken: isTaken ? 'This one has a limit of its own already: change it in the table.' : null,
    amount: amountError(typed, unit),
    reason: reasonError(reason),
  };
  const submit = (): void => {
    setTried(true);
    if (amount === null || Object.values(errors).some((error) => error !== null)) return;
    changing.mutate({ change: { limits: { ...limits, [part]: amount } }, reason });
  };
  return (
    <FormDialog
      title={
        scope === null ? `A limit for one part of “${budget.name}”` : `Limit of ${sayScope(names, scope, keyNames)}`
      }
      act={scope === null ? 'Set the limit' : 'Change the limit'}
      size="lg"
      error={changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        It acts at once and stays from then on; all others have {sayAmount(limit, unit)} {WINDOW_WORDS[window]}.
      </Text>
      {scope === null ? (
        <ScopeInput
          names={names}
          values={values}
          house={house}
          error={tried ? errors.part : null}
          onChange={setValues}
        />
      ) : null}
      {tried && errors.taken !== null ? (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {errors.taken}
        </Text>
      ) : null}
      <AmountInput
        what="Limit"
        first={scope !== null}
        unit={unit}
        value={typed}
        onChange={setTyped}
        error={tried ? errors.amount : null}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
    </FormDialog>
  );
}

interface RemoveProps {
  readonly budget: StoredBudget;
  readonly scope: string;
  readonly words: string;
  readonly onClose: () => void;
}

/** Takes away the limit that one part of a budget has of its own. */
export function RemoveOwnLimit({ budget, scope, words, onClose }: RemoveProps) {
  const { unit, limits, limit } = budget;
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changing = useBudgetChange(budget, onClose);
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    const { [scope]: _, ...rest } = limits;
    if (error === null) changing.mutate({ change: { limits: rest }, reason });
  };
  return (
    <FormDialog
      title={`Take away the limit of ${words}`}
      act="Take it away"
      error={changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        Instead of {sayAmount(limits[scope] ?? limit, unit)} it then has {sayAmount(limit, unit)}, as all others. It can
        be given a limit of its own again at any time.
      </Text>
      <ReasonInput first value={reason} onChange={setReason} error={tried ? error : null} />
    </FormDialog>
  );
}
