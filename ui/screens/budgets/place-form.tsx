import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import { problemsOfTree } from '../../../policies/budget-tree.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayLimit } from '../../budgets/budget-words.ts';
import { DROPDOWN } from '../../form/dropdown.ts';
import { useBudgetChange } from './use-budget-change.ts';

const NONE = 'none';

interface Props {
  readonly budget: StoredBudget;
  readonly budgets: readonly StoredBudget[];
  readonly onClose: () => void;
}

/** Why a budget cannot be a part of another, in a sentence; null where it can. */
function whyNot(budget: StoredBudget, parent: string, budgets: readonly StoredBudget[]): string | null {
  const changed = budgets.map((one) => (one.id === budget.id ? { ...one, parent } : one));
  const words = problemsOfTree(changed)[0]?.words;
  return words === undefined ? null : `${words}.`;
}

/** Chooses the budget that another is a part of. */
export function PlaceForm({ budget, budgets, onClose }: Props) {
  const [parent, setParent] = useState(budget.parent ?? NONE);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changing = useBudgetChange(budget, onClose);
  const others = budgets.filter(({ id }) => id !== budget.id);
  const problems = new Map(others.map(({ id }) => [id, whyNot(budget, id, budgets)]));
  const byId = new Map(others.map((one) => [one.id, one]));
  const problem = problems.get(parent) ?? null;
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (problem === null && error === null) {
      changing.mutate({ change: { parent: parent === NONE ? null : parent }, reason });
    }
  };
  return (
    <FormDialog
      title={`The place of “${budget.name}”`}
      act="Change its place"
      size="lg"
      error={changing.error}
      pending={changing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        What is spent from a budget is spent from all above it too, and a request passes only where it fits into each of
        them. The change acts at once; what was spent before stays where it was counted.
      </Text>
      <Select
        {...DROPDOWN}
        label="A part of"
        searchable
        allowDeselect={false}
        data-autofocus
        nothingFoundMessage="No budget has that in its name."
        data={[
          { value: NONE, label: 'no other budget' },
          ...others.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={parent}
        error={problem}
        renderOption={({ option }) => {
          const other = byId.get(option.value);
          return (
            <div>
              <Text size="sm">{option.label}</Text>
              {other ? (
                <Text size="xs" c="dimmed">
                  {problems.get(other.id) ?? sayLimit(other)}
                </Text>
              ) : null}
            </div>
          );
        }}
        onChange={(value) => setParent(value ?? NONE)}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? error : null} />
    </FormDialog>
  );
}
