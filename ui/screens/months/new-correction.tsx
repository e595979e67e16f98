import { Input, NativeSelect, SegmentedControl, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { postCorrection, refreshMonths } from '../../api/months.ts';
import { AmountInput, amountError, readAmount } from '../../app/amount-input.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayMonth } from './month-words.ts';

interface Props {
  readonly projects: HouseAnswer['projects'];
  /** The month in which it will count. */
  readonly countsIn: string;
  readonly closed: readonly string[];
  /** The closed month that it is about at first; null for none. */
  readonly month: string | null;
  readonly onClose: () => void;
}

/** Gives a project something back, or charges it more, with a reason. */
export function NewCorrection({ projects, countsIn, closed, month: first, onClose }: Props) {
  const client = useQueryClient();
  const [project, setProject] = useState('');
  const [sign, setSign] = useState<'back' | 'more'>('back');
  const [text, setText] = useState('');
  const [month, setMonth] = useState(first ?? '');
  const [request, setRequest] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const amount = readAmount(text, 'usd') ?? 0;
  const posting = useMutation({
    mutationFn: () =>
      postCorrection({
        project,
        amount: sign === 'back' ? -amount : amount,
        month: month || null,
        request: request.trim() || null,
        reason: reason.trim(),
      }),
    onSuccess: async (month) => {
      await refreshMonths(client);
      onClose();
      notifications.show({ message: `The correction counts in ${sayMonth(month)}.` });
    },
  });
  const errors = {
    project: project === '' ? 'Choose the project that is corrected.' : null,
    amount: amountError(text, 'usd', 1),
    reason: reasonError(reason),
  };
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) posting.mutate();
  };
  return (
    <FormDialog
      title="New correction"
      act={sign === 'back' ? 'Give it back' : 'Charge it'}
      error={posting.error}
      pending={posting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        It counts in <strong>{sayMonth(countsIn)}</strong>, the first month that is open, as a line of its own. Budgets
        stay as they are. To take it back, make one of the same amount the other way round.
      </Text>
      <NativeSelect
        label="Project"
        required
        data-autofocus
        value={project}
        error={tried ? errors.project : null}
        onChange={({ currentTarget }) => setProject(currentTarget.value)}
        data={[{ value: '', label: 'Choose one' }, ...projects.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <Input.Wrapper label="What is done" labelElement="div">
        <SegmentedControl
          fullWidth
          aria-label="What is done"
          value={sign}
          onChange={(value) => setSign(value === 'more' ? 'more' : 'back')}
          data={[
            { value: 'back', label: 'Give something back' },
            { value: 'more', label: 'Charge something more' },
          ]}
        />
      </Input.Wrapper>
      <AmountInput what="Amount" unit="usd" value={text} onChange={setText} error={tried ? errors.amount : null} />
      <NativeSelect
        label="Of a closed month"
        description="Which month is corrected, if it is closed."
        value={month}
        onChange={({ currentTarget }) => setMonth(currentTarget.value)}
        data={[{ value: '', label: 'none' }, ...closed.map((value) => ({ value, label: sayMonth(value) }))]}
      />
      <TextInput
        label="Of a request"
        description="Its id, if it is about a single request, such as one that was lost. Each can be corrected once."
        maxLength={100}
        value={request}
        onChange={({ currentTarget }) => setRequest(currentTarget.value)}
      />
      <ReasonInput
        value={reason}
        onChange={setReason}
        error={tried ? errors.reason : null}
        description="It stands in the history and in the file."
      />
    </FormDialog>
  );
}
