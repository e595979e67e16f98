import './publish.css';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ApprovalState, askForApproval, refreshApprovals } from '../../../api/approvals.ts';
import { useMayIn } from '../../../api/may.ts';
import type { Policy } from '../../../api/policy.ts';
import type { VersionSummary } from '../../../api/versions.ts';
import { useAuthors } from '../../../app/authors.ts';
import { TextLink } from '../../../app/text-link.tsx';
import { plural } from '../../../app/words.ts';
import { ApprovalProgress } from '../../approvals/approval-progress.tsx';
import { isOpen, sayAnyOf } from '../../approvals/request-words.ts';
import { isReason, ReasonField } from '../../history/reason-field.tsx';
import { PublishEmergency } from './publish-emergency.tsx';
import { PublishRefused } from './publish-refused.tsx';

interface Props {
  readonly policy: Policy;
  readonly approval: ApprovalState;
  readonly revision: number;
  /** What has to be mended before anybody can be asked; null where nothing is. */
  readonly inTheWay: string | null;
  readonly onPublished: (version: VersionSummary) => void;
  readonly onLookAgain: () => void;
}

/** In place of publishing, while approvals are missing: asks for them, or says who has approved and who has not. */
export function PublishApproval({ policy, approval, revision, inTheWay, onPublished, onLookAgain }: Props) {
  const { request, mayPublishInEmergency } = approval;
  const mayIn = useMayIn();
  const place = { project: policy.project, policy: policy.id };
  const [urgent, setUrgent] = useState(false);
  const isAsked = request !== null && isOpen(request);
  return (
    <section className="publish-bar" aria-label="Approval">
      <Group justify="space-between" align="flex-start" gap="md">
        <Stack gap={6} style={{ flex: '1 1 360px' }}>
          {isAsked ? (
            <>
              <ApprovalProgress request={request} />
              <TextLink size="sm" to="/approvals/$request" params={{ request: request.id }}>
                See the request
              </TextLink>
            </>
          ) : (
            <Needed approval={approval} />
          )}
        </Stack>
        {mayPublishInEmergency && mayIn('publish policy', place) ? (
          <Button variant="default" size="xs" onClick={() => setUrgent(true)}>
            Publish in an emergency
          </Button>
        ) : null}
      </Group>
      {isAsked ? null : mayIn('draft policy', place) ? (
        <AskForm policy={policy.id} revision={revision} inTheWay={inTheWay} onLookAgain={onLookAgain} />
      ) : (
        <Text size="sm" c="dimmed">
          Whoever draws this policy can ask for approval.
        </Text>
      )}
      {urgent ? (
        <PublishEmergency
          policy={policy}
          revision={revision}
          onPublished={onPublished}
          onClose={() => setUrgent(false)}
        />
      ) : null}
    </section>
  );
}

/** What the rule asks for, and what became of the last request. */
function Needed({ approval: { rule, request, mayApprove } }: { readonly approval: ApprovalState }) {
  const authorOf = useAuthors();
  return (
    <>
      <Text size="sm" fw={600}>
        {plural(rule.approvals, 'person has', 'people have')} to approve this draft before it is published.
      </Text>
      {request?.state === 'refused' ? (
        <Alert variant="light" color="red" icon={<IconUsersGroup aria-hidden />} title="It was sent back">
          <Text size="sm" className="wrapped">
            {request.endedBy === null ? '' : `${authorOf(request.endedBy)}: `}“{request.answer}”
          </Text>
          <TextLink size="sm" to="/approvals/$request" params={{ request: request.id }}>
            See that request
          </TextLink>
        </Alert>
      ) : request?.state === 'void' ? (
        <Text size="sm">It was asked for before, and the draft was edited since: it has to be asked for again.</Text>
      ) : null}
      <Text size="sm" c="dimmed">
        {mayApprove.length === 0
          ? 'Nobody but those who drew it may approve it. Ask an admin to give somebody a role that may.'
          : `Those who can: ${sayAnyOf(mayApprove.map(authorOf))}.`}
      </Text>
    </>
  );
}

interface AskProps {
  readonly policy: string;
  readonly revision: number;
  readonly inTheWay: string | null;
  readonly onLookAgain: () => void;
}

/** Asks for approval of what is shown above; what was typed stays whatever happens. */
function AskForm({ policy, revision, inTheWay, onLookAgain }: AskProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const asking = useMutation({
    mutationFn: () => askForApproval(policy, revision, reason.trim()),
    onSuccess: () => refreshApprovals(client),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (inTheWay === null && isReason(reason)) asking.mutate();
  };
  const lookAgain = (): void => {
    asking.reset();
    onLookAgain();
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Ask for approval">
      <Stack gap="xs">
        {asking.error ? <PublishRefused title="Not asked yet" error={asking.error} onLookAgain={lookAgain} /> : null}
        <div className="publish-fields">
          <div className="publish-reason">
            <ReasonField
              value={reason}
              onChange={setReason}
              isAsked={tried}
              description="Why this should be published, for those who approve it, and in the history later."
            />
          </div>
          <Button type="submit" size="md" loading={asking.isPending}>
            Ask for approval
          </Button>
        </div>
        {inTheWay === null ? null : (
          <Text size="sm" role={tried ? 'alert' : undefined}>
            {inTheWay}
          </Text>
        )}
      </Stack>
    </form>
  );
}
