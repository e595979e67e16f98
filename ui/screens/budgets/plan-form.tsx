import { SimpleGrid, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import { type PlannedMonth, setPlan } from '../../api/budget-plan.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { refreshBudgets } from '../../api/refresh-budgets.ts';
import { amountError, readAmount, writeAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayMonth } from '../../budgets/budget-words.ts';

interface Props {
  readonly budget: StoredBudget;
  readonly scope: string;
  /** Whose part it is. */
  readonly words: string;
  readonly months: readonly PlannedMonth[];
  readonly onClose: () => void;
}

/** Plans the months of a year one by one; an empty field leaves a month to the limit. */
export function PlanForm({ budget: { id, unit }, scope, words, months, onClose }: Props) {
  const client = useQueryClient();
  const [before] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      months.map(({ month, planned, ownPlan }) => [
        month,
        ownPlan && planned !== null ? writeAmount(planned, unit) : '',
      ]),
    ),
  );
  const [typed, setTyped] = useState(before);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const changed = months.map(({ month }) => month).filter((month) => typed[month]?.trim() !== before[month]);
  const errorOf = (month: string): string | null => {
    const text = typed[month]?.trim() ?? '';
    return text === '' ? null : amountError(text, unit);
  };
  const planning = useMutation({
    mutationFn: () => {
      const planned = changed.map((month) => {
        const text = typed[month]?.trim() ?? '';
        return [month, text === '' ? null : readAmount(text, unit)];
      });
      return setPlan(id, scope, Object.fromEntries(planned), reason.trim());
    },
    onSuccess: async () => {
      await refreshBudgets(client);
      onClose();
    },
  });
  const nothing = changed.length === 0 ? 'Nothing is changed yet.' : null;
  const isWrong = months.some(({ month }) => errorOf(month) !== null);
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (nothing === null && !isWrong && error === null) planning.mutate();
  };
  return (
    <FormDialog
      title={`Plan for ${words}`}
      act="Keep the plan"
      size="lg"
      error={planning.error}
      pending={planning.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        A plan refuses nothing: it is what the spending is compared with. Amounts are in{' '}
        {unit === 'usd' ? 'dollars' : 'tokens'}. Leave a month empty to plan it as its limit allows.
      </Text>
      <SimpleGrid cols={{ base: 2, xs: 3 }}>
        {months.map(({ month, planned, ownPlan }, i) => (
          <TextInput
            key={month}
            label={sayMonth(month)}
            inputMode="decimal"
            leftSection={unit === 'usd' ? '$' : undefined}
            placeholder={ownPlan || planned === null ? '' : sayAmount(planned, unit).replace('$', '')}
            value={typed[month] ?? ''}
            error={tried ? errorOf(month) : null}
            {...(i === 0 ? { 'data-autofocus': true } : {})}
            onChange={({ currentTarget: { value } }) => setTyped({ ...typed, [month]: value })}
          />
        ))}
      </SimpleGrid>
      {tried && nothing !== null ? (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {nothing}
        </Text>
      ) : null}
      <ReasonInput value={reason} onChange={setReason} error={tried ? error : null} />
    </FormDialog>
  );
}
