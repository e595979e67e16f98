import { Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshApprovals } from '../../../api/approvals.ts';
import { refreshPolicies } from '../../../api/policies.ts';
import type { Policy } from '../../../api/policy.ts';
import { publishDraft, type VersionSummary } from '../../../api/versions.ts';
import { FormDialog } from '../../../app/form-dialog.tsx';
import { isReason, ReasonField } from '../../history/reason-field.tsx';

interface Props {
  readonly policy: Policy;
  readonly revision: number;
  readonly onPublished: (version: VersionSummary) => void;
  readonly onClose: () => void;
}

/** Publishes without the approvals that are asked for, once somebody has said why that cannot wait. */
export function PublishEmergency({ policy, revision, onPublished, onClose }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const publishing = useMutation({
    mutationFn: () => publishDraft(policy.id, revision, reason.trim(), true),
    onSuccess: async (version) => {
      onPublished(version);
      await Promise.all([refreshPolicies(client), refreshApprovals(client)]);
    },
  });
  const submit = (): void => {
    setTried(true);
    if (isReason(reason)) publishing.mutate();
  };
  return (
    <FormDialog
      title="Publish in an emergency"
      act={`Publish as version ${(policy.liveVersion ?? 0) + 1} without approval`}
      dangerous
      size="lg"
      error={publishing.error}
      pending={publishing.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        It is live at once, and is marked as an emergency for everybody until somebody else who may approve it has
        looked at it and said so. Your reason stands in the history.
      </Text>
      <ReasonField value={reason} onChange={setReason} isAsked={tried} />
    </FormDialog>
  );
}
