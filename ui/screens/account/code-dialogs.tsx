import { Modal, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshAccount, renewRecoveryCodes, turnOffCodes } from '../../api/account.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

interface CodeProps {
  readonly code: string;
  readonly onChange: (code: string) => void;
}

function CodeInput({ code, onChange }: CodeProps) {
  return (
    <TextInput
      label="Code"
      description="The six digits that your app shows now, or a recovery code."
      autoComplete="one-time-code"
      data-autofocus
      maxLength={100}
      value={code}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

/** Makes ten new recovery codes. */
export function NewRecoveryCodes({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const renewing = useMutation({ mutationFn: () => renewRecoveryCodes(code.trim()) });
  if (renewing.data) {
    const done = (): void => {
      void refreshAccount(client);
      onClose();
    };
    return (
      <Modal
        opened
        onClose={done}
        title="Your new recovery codes"
        centered
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
        styles={{ title: { fontWeight: 650, fontSize: '1.05rem' } }}
      >
        <RecoveryCodes codes={renewing.data} onDone={done} />
      </Modal>
    );
  }
  return (
    <FormDialog
      title="New recovery codes"
      act="Make new ones"
      error={renewing.error}
      pending={renewing.isPending}
      onSubmit={() => renewing.mutate()}
      onClose={onClose}
    >
      <Text size="sm">Those that are left are worth nothing any more once there are new ones.</Text>
      <CodeInput code={code} onChange={setCode} />
    </FormDialog>
  );
}

interface TurnOffProps {
  /** Whether the role has to have them. */
  readonly required: boolean;
  readonly onClose: () => void;
}

/** Turns one-time codes off. */
export function TurnOffCodes({ required, onClose }: TurnOffProps) {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const turning = useMutation({
    mutationFn: () => turnOffCodes(code.trim()),
    onSuccess: async () => {
      await refreshAccount(client);
      onClose();
      notifications.show({ message: 'One-time codes are off.' });
    },
  });
  return (
    <FormDialog
      title="Turn one-time codes off"
      act="Turn codes off"
      dangerous
      error={turning.error}
      pending={turning.isPending}
      onSubmit={() => turning.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        {required
          ? 'Your role has to have codes: the next time that you sign in, you will be asked to set them up again.'
          : 'Your password alone will let you in. You can set codes up again at any time.'}
      </Text>
      <CodeInput code={code} onChange={setCode} />
    </FormDialog>
  );
}
