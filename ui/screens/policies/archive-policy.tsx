import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { archivePolicy, refreshPolicies, unarchivePolicy } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';

/** Puts a policy into the archive, or brings it back, with a reason. */
export function ArchivePolicy({ policy, onClose }: { readonly policy: Policy; readonly onClose: () => void }) {
  const client = useQueryClient();
  const { id, title, name, archived } = policy;
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const moving = useMutation({
    mutationFn: () => (archived ? unarchivePolicy(id, reason.trim()) : archivePolicy(id, reason.trim())),
    onSuccess: async () => {
      await refreshPolicies(client);
      onClose();
      notifications.show({ message: archived ? `“${title}” is back.` : `“${title}” is in the archive.` });
    },
  });
  const submit = (): void => {
    setMissing(reason.trim() === '');
    if (reason.trim() !== '') moving.mutate();
  };
  return (
    <FormDialog
      title={archived ? `Bring back “${title}”` : `Archive “${title}”`}
      act={archived ? 'Bring back' : 'Archive'}
      error={moving.error}
      pending={moving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        {archived
          ? `Its live version serves requests again: apps that ask for policy/${name} get answers.`
          : `It serves no request any more: apps that ask for policy/${name} are refused. Its versions, its draft and the records of its requests stay, and it can be brought back at any time.`}
      </Text>
      <ReasonInput value={reason} onChange={setReason} error={missing ? reasonError(reason) : null} first />
    </FormDialog>
  );
}
