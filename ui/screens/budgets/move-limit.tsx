import { Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { limitOf } from '../../../policies/budget.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { moveLimit } from '../../api/budget-tree.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';
import { AmountInput, amountError, readAmount, writeAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { DROPDOWN } from '../../form/dropdown.ts';

/** One scope of a budget that a limit can be moved from or to. */
export interface MoveSide {
  readonly budget: StoredBudget;
  readonly scope: string;
  /** Whose part it is. */
  readonly words: string;
  /** What is spent of it, in the budget's unit. */
  readonly spent: number;
}

interface Props {
  /** The one that is to have more. */
  readonly to: MoveSide;
  /** Those that may give some of theirs; at least one. */
  readonly siblings: readonly MoveSide[];
  /** What is missing there, in the budget's unit; 0 where nothing is known to be. */
  readonly missing: number;
  readonly onClose: () => void;
}

const keyOf = ({ budget, scope }: MoveSide): string => `${budget.id} ${scope}`;
const sideOf = ({ budget, scope }: MoveSide) => ({ budget: budget.id, scope });

/** Moves a part of one limit to another beside it, so that both together allow what they did before. */
export function MoveLimit({ to, siblings, missing, onClose }: Props) {
  const client = useQueryClient();
  const { unit } = to.budget;
  const [from, setFrom] = useState(() => (siblings.length === 1 && siblings[0] ? keyOf(siblings[0]) : ''));
  const [typed, setTyped] = useState(() => (missing > 0 ? writeAmount(missing, unit) : ''));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const giver = siblings.find((side) => keyOf(side) === from);
  const amount = readAmount(typed, unit);
  const say = (value: number): string => sayAmount(value, unit);
  const has = giver ? limitOf(giver.budget, giver.scope) : 0;
  const errors = {
    from: giver ? null : 'Choose which one gives.',
    amount:
      amountError(typed, unit, 1) ??
      (giver && amount !== null && amount > has ? `${giver.words} has only ${say(has)} to give.` : null),
    reason: reasonError(reason),
  };
  const moving = useMutation({
    mutationFn: (given: { giver: MoveSide; amount: number }) =>
      moveLimit(sideOf(given.giver), sideOf(to), given.amount, reason.trim()),
    onSuccess: async ({ words }) => {
      await refreshBudgets(client);
      onClose();
      notifications.show({ message: words });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (giver && amount !== null && Object.values(errors).every((error) => error === null)) {
      moving.mutate({ giver, amount });
    }
  };
  const left = has - (amount ?? 0);
  return (
    <FormDialog
      title={`Move to ${to.words}`}
      act="Move it"
      size="lg"
      error={moving.error}
      pending={moving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        The limits of both are changed from now on, in one step, and what they allow together stays the same.
      </Text>
      <Select
        {...DROPDOWN}
        label="From"
        required
        searchable
        allowDeselect={false}
        placeholder="Choose which one gives"
        nothingFoundMessage="None of them has that in its name."
        data={siblings.map((side) => ({
          value: keyOf(side),
          label: `${side.words} (${side.budget.name}): ${say(side.spent)} of ${say(limitOf(side.budget, side.scope))} spent`,
        }))}
        value={from || null}
        error={tried ? errors.from : null}
        onChange={(value) => setFrom(value ?? '')}
      />
      <AmountInput
        what="Amount"
        first
        unit={unit}
        value={typed}
        onChange={setTyped}
        error={tried ? errors.amount : null}
        {...(missing > 0 ? { description: `${say(missing)} is missing there.` } : {})}
      />
      {giver && amount !== null && amount <= has ? (
        <div role="status">
          <Change side={giver} before={has} after={left} />
          <Change side={to} before={limitOf(to.budget, to.scope)} after={limitOf(to.budget, to.scope) + amount} />
        </div>
      ) : null}
      <ReasonInput value={reason} onChange={setReason} error={tried ? errors.reason : null} />
    </FormDialog>
  );
}

interface ChangeProps {
  readonly side: MoveSide;
  readonly before: number;
  readonly after: number;
}

function Change({ side: { words, spent, budget }, before, after }: ChangeProps) {
  const say = (value: number): string => sayAmount(value, budget.unit);
  return (
    <Text size="sm">
      {words}: {say(before)} now, <b>{say(after)}</b> afterwards; {say(spent)} of it is spent.
      {after < spent ? ' That is more than would be allowed: further requests would be refused.' : ''}
    </Text>
  );
}
