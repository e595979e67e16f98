import { Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Key, refreshKeys, revokeKey } from '../../api/keys.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

/** Revokes a key for good, once its name was typed and a reason given. */
export function RevokeKey({ of: key, onClose }: { readonly of: Key; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const revoking = useMutation({
    mutationFn: () => revokeKey(key.id, reason.trim()),
    onSuccess: async () => {
      await refreshKeys(client);
      onClose();
      notifications.show({ message: `The key “${key.name}” is revoked.` });
    },
  });
  const noReason = reasonError(reason);
  const nameError = name.trim() !== key.name ? `Type the name of the key: ${key.name}` : null;
  const submit = (): void => {
    setTried(true);
    if (noReason === null && nameError === null) revoking.mutate();
  };
  return (
    <FormDialog
      title={`Revoke “${key.name}”`}
      act="Revoke for good"
      dangerous
      error={revoking.error}
      pending={revoking.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        Every app that uses this key stops working at once: its requests are refused until it has another key. Requests
        that are under way finish. This cannot be undone. The records of its requests stay.
      </Text>
      <ReasonInput value={reason} onChange={setReason} error={tried ? noReason : null} first />
      <TextInput
        label="Name of the key"
        description={`Type ${key.name} to be sure that it is the right one.`}
        required
        autoComplete="off"
        value={name}
        error={tried ? nameError : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
    </FormDialog>
  );
}
