import './publish.css';
import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { refreshApprovals } from '../../../api/approvals.ts';
import { ApiError } from '../../../api/client.ts';
import { refreshHouse } from '../../../api/house.ts';
import { refreshPolicies } from '../../../api/policies.ts';
import type { Policy } from '../../../api/policy.ts';
import { publishDraft, type VersionSummary } from '../../../api/versions.ts';
import { isReason, ReasonField } from '../../history/reason-field.tsx';
import { PublishRefused } from './publish-refused.tsx';

interface Props {
  readonly policy: Policy;
  readonly revision: number;
  /** How many problems have to be mended first. */
  readonly errors: number;
  /** What is known to stop it, in words; null where nothing is. */
  readonly inTheWay: string | null;
  readonly onPublished: (version: VersionSummary) => void;
  readonly onLookAgain: () => void;
}

/** Asks why, and publishes. It stays in view, and what was typed stays whatever happens. */
export function PublishForm({ policy, revision, errors, inTheWay, onPublished, onLookAgain }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const publishing = useMutation({
    mutationFn: () => publishDraft(policy.id, revision, reason.trim(), false),
    onSuccess: (version) => {
      onPublished(version);
      return Promise.all([refreshPolicies(client), refreshApprovals(client)]);
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      // Something in the house is not what this page believes: what is shown here follows.
      if (error.code === 'invalid_graph') void refreshHouse(client);
      if (error.code === 'approval_missing') void refreshApprovals(client);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (errors === 0 && isReason(reason)) publishing.mutate();
  };
  const lookAgain = (): void => {
    publishing.reset();
    onLookAgain();
  };
  return (
    <form className="publish-bar" onSubmit={submit} noValidate aria-label="Publish">
      {publishing.error ? (
        <PublishRefused title="Not published" error={publishing.error} onLookAgain={lookAgain} />
      ) : null}
      <div className="publish-fields">
        <div className="publish-reason">
          <ReasonField value={reason} onChange={setReason} isAsked={tried} />
        </div>
        <Button type="submit" size="md" loading={publishing.isPending}>
          Publish as version {(policy.liveVersion ?? 0) + 1}
        </Button>
      </div>
      {inTheWay === null ? null : (
        <Group gap={8} wrap="nowrap" role={tried ? 'alert' : undefined}>
          <IconAlertTriangle size={18} aria-hidden className="publish-in-the-way" />
          <Text size="sm">{inTheWay}</Text>
        </Group>
      )}
    </form>
  );
}
