import { Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { beginCodes, confirmCodes, refreshAccount } from '../../api/account.ts';
import { FormDialog, Refused } from '../../app/form-dialog.tsx';
import { CodeSetUp } from './code-set-up.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

/** Sets one-time codes up: the password, a picture for an app, a first code, and the recovery codes. */
export function SetUpDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const beginning = useMutation({ mutationFn: () => beginCodes(password) });
  const confirming = useMutation({ mutationFn: confirmCodes });
  if (!beginning.data) {
    return (
      <FormDialog
        title="Set up one-time codes"
        act="Go on"
        error={beginning.error}
        pending={beginning.isPending}
        onSubmit={() => beginning.mutate()}
        onClose={onClose}
      >
        <Text size="sm">Enter your password, so that nobody else sets them up while you are away.</Text>
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </FormDialog>
    );
  }
  const done = (): void => {
    void refreshAccount(client);
    onClose();
  };
  return (
    <Modal
      opened
      onClose={confirming.data ? done : onClose}
      title={confirming.data ? 'Your recovery codes' : 'Set up one-time codes'}
      centered
      closeOnClickOutside={false}
      closeOnEscape={!confirming.data}
      withCloseButton={!confirming.data}
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 650, fontSize: '1.05rem' } }}
    >
      {confirming.data ? (
        <RecoveryCodes codes={confirming.data} onDone={done} />
      ) : (
        <Stack gap="md">
          <CodeSetUp
            secret={beginning.data}
            pending={confirming.isPending}
            act="Set up codes"
            onCode={(code) => confirming.mutate(code)}
          />
          <Refused error={confirming.error} />
        </Stack>
      )}
    </Modal>
  );
}
