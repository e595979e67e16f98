import { Alert, Radio, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type ApprovalState, askToRestore, refreshApprovals } from '../../api/approvals.ts';
import { drawingQuery, refreshPolicies } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { draftToPublishQuery, restoreVersion } from '../../api/versions.ts';
import { Failure } from '../../app/failure.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { isOpen } from '../approvals/request-words.ts';
import { PublishRefused } from '../editor/publish/publish-refused.tsx';
import { isReason, ReasonField } from './reason-field.tsx';
import { inDraft, RestoreDraft } from './restore-draft.tsx';
import { RestoreEffect } from './restore-effect.tsx';
import { sayWay, type Way } from './restore-ways.ts';

const FOR_APPROVERS = 'Why this should be published, for those who approve it, and in the history later.';

interface Props {
  readonly policy: Policy;
  readonly version: number;
  /** The number that it will have where it is published at once. */
  readonly next: number;
  readonly approval: ApprovalState;
  /** Those that are open to who looks, the one to be preferred first. */
  readonly ways: readonly Way[];
  readonly onClose: () => void;
}

/** Brings an old version back: shows first what that changes and which way it goes, and asks why. */
export function Restore({ policy, version, next, approval, ways, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [chosen, setWay] = useState<Way>(ways[0] ?? 'at once');
  // The rule may have changed since the dialog was opened.
  const way = ways.includes(chosen) ? chosen : (ways[0] ?? chosen);
  const [typed, setTyped] = useState<string | null>(null);
  const [replace, setReplace] = useState(false);
  const [tried, setTried] = useState(false);
  const draft = useQuery(draftToPublishQuery(policy.id));
  const old = useQuery(drawingQuery(policy.id, version));
  const live = useQuery(drawingQuery(policy.id, policy.liveVersion ?? version));
  const holds = draft.data && old.data && live.data ? inDraft(draft.data, old.data, live.data) : null;
  const [looking, setLooking] = useState(false);
  const isLoading = looking || [draft, old, live].some(({ isPending }) => isPending);
  // Those who approve it see at once what it is; whoever publishes alone says why.
  const reason = typed ?? (way === 'approval' ? `Restores version ${version}` : '');
  const isQuestion = way === 'approval' && holds === 'work';
  const restoring = useMutation({
    mutationFn: async (revision: number) => {
      if (way === 'approval') {
        const { id } = await askToRestore(policy.id, version, { revision, replace, reason: reason.trim() });
        return { request: id, number: null };
      }
      const { number } = await restoreVersion(policy.id, version, reason.trim(), way === 'emergency');
      return { request: null, number };
    },
    onSuccess: async ({ request, number }) => {
      await Promise.all([refreshPolicies(client), refreshApprovals(client)]);
      onClose();
      if (request === null) {
        notifications.show({
          title: `Version ${number} is live`,
          message: `It does what version ${version} did. Requests that are under way finish on version ${policy.liveVersion ?? next - 1}.`,
        });
        return;
      }
      notifications.show({
        title: 'Approval is asked for',
        message: `The draft is version ${version} now. It is published once it is approved.`,
      });
      await navigate({ to: '/approvals/$request', params: { request } });
    },
    // Somebody may have changed the rule, or answered meanwhile.
    onError: () => refreshApprovals(client),
  });
  const submit = (): void => {
    setTried(true);
    if (isReason(reason) && draft.data && holds !== null && (!isQuestion || replace)) {
      restoring.mutate(draft.data.revision);
    }
  };
  const lookAgain = async (): Promise<void> => {
    restoring.reset();
    setReplace(false);
    setLooking(true);
    await draft.refetch();
    setLooking(false);
  };
  const isAtOnce = way === 'at once';
  return (
    <FormDialog
      title={isAtOnce ? `Restore version ${version} as version ${next}` : `Restore version ${version}`}
      act={
        way === 'approval'
          ? 'Ask for approval'
          : `Publish it as version ${next}${way === 'emergency' ? ' without approval' : ''}`
      }
      dangerous={way === 'emergency'}
      size="xl"
      error={null}
      pending={restoring.isPending || isLoading}
      onSubmit={submit}
      onClose={onClose}
    >
      <RestoreEffect policy={policy} version={version} />
      {isAtOnce ? null : <Ways ways={ways} way={way} version={version} approval={approval} onChange={setWay} />}
      {isLoading ? (
        <Waiting what="the draft" />
      ) : draft.data && holds !== null ? (
        <RestoreDraft
          {...{ way, version, next, holds, replace }}
          policy={policy.id}
          live={policy.liveVersion}
          draft={draft.data}
          isAsked={approval.request !== null && isOpen(approval.request)}
          onReplace={setReplace}
          isMissing={tried && !replace}
        />
      ) : draft.error ? (
        <Failure title="The draft could not be loaded" error={draft.error} onRetry={() => draft.refetch()} />
      ) : null}
      <ReasonField
        value={reason}
        onChange={setTyped}
        isAsked={tried}
        {...(way === 'approval' && { description: FOR_APPROVERS })}
      />
      {restoring.error ? <PublishRefused title="Not done yet" error={restoring.error} onLookAgain={lookAgain} /> : null}
    </FormDialog>
  );
}

interface WaysProps {
  readonly ways: readonly Way[];
  readonly way: Way;
  readonly version: number;
  readonly approval: ApprovalState;
  readonly onChange: (way: Way) => void;
}

/** The ways that are open, each with what happens then; in words alone where there is one. */
function Ways({ ways, way, version, approval, onChange }: WaysProps) {
  if (ways.length < 2) {
    const { title, help } = sayWay(way, version, approval);
    return (
      <Alert variant="light" color={way === 'emergency' ? 'yellow' : 'blue'} title={title}>
        <Text size="sm">{help}</Text>
      </Alert>
    );
  }
  return (
    <Radio.Group
      label="How it comes back"
      description="The rule of this policy asks for approvals."
      value={way}
      onChange={(value) => onChange(ways.find((one) => one === value) ?? way)}
    >
      <Stack gap="sm" mt="xs">
        {ways.map((one) => {
          const { title, help } = sayWay(one, version, approval);
          return <Radio key={one} value={one} label={title} description={help} />;
        })}
      </Stack>
    </Radio.Group>
  );
}
