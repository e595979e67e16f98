import { List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { closeMonth, type MonthDetail, refreshMonths } from '../../api/months.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { sayMoney, sayMonth, sayWhole } from './month-words.ts';

/** Says what closing means, asks for a reason, and closes a month for good. */
export function CloseMonth({ month, onClose }: { readonly month: MonthDetail; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const name = sayMonth(month.month);
  const closing = useMutation({
    mutationFn: () => closeMonth(month.month, reason.trim()),
    onSuccess: async () => {
      await refreshMonths(client);
      onClose();
      notifications.show({ message: `${name} is closed.` });
    },
  });
  const error = reasonError(reason);
  const submit = (): void => {
    setTried(true);
    if (error === null) closing.mutate();
  };
  return (
    <FormDialog
      title={`Close ${name}`}
      act="Close it for good"
      dangerous
      error={closing.error}
      pending={closing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {name} has {sayWhole(month.requests)} {month.requests === 1n ? 'request' : 'requests'} and comes to{' '}
        <strong>{sayMoney(month.nanoDollars)}</strong>. When it is closed:
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>its figures and both of its files are kept as they are now, and never change again;</List.Item>
        <List.Item>a correction of it counts in the next month, with a reference to this one;</List.Item>
        <List.Item>so does a request of it that is only found later, such as after a crash;</List.Item>
        <List.Item>it cannot be opened again.</List.Item>
      </List>
      <ReasonInput value={reason} onChange={setReason} error={tried ? error : null} first />
    </FormDialog>
  );
}
