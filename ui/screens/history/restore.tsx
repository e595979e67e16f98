import { Alert, List, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { diffGraphs } from '../../../policies/diff.ts';
import { canonical } from '../../../policies/diff-settings.ts';
import { approvalStateQuery, refreshApprovals } from '../../api/approvals.ts';
import { budgetNamesQuery } from '../../api/house.ts';
import { type Drawing, drawingQuery, refreshPolicies } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { problemsIn, restoreVersion } from '../../api/versions.ts';
import { Failure } from '../../app/failure.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChangeList } from './change-list.tsx';
import { isReason, ReasonField } from './reason-field.tsx';
import { sameTests } from './same-tests.ts';

interface Props {
  readonly policy: Policy;
  readonly version: number;
  /** The number that it will have. */
  readonly next: number;
  readonly onClose: () => void;
}

/** Publishes an old version again: shows first what that changes, and asks why. */
export function Restore({ policy, version, next, onClose }: Props) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const approval = useQuery(approvalStateQuery(policy.id));
  const isEmergency = (approval.data?.rule.approvals ?? 0) > 0;
  const restoring = useMutation({
    mutationFn: () => restoreVersion(policy.id, version, reason.trim(), isEmergency),
    onSuccess: async ({ number }) => {
      await Promise.all([refreshPolicies(client), refreshApprovals(client)]);
      onClose();
      notifications.show({
        title: `Version ${number} is live`,
        message: `It does what version ${version} did. Requests that are under way finish on version ${policy.liveVersion ?? number - 1}.`,
      });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (isReason(reason)) restoring.mutate();
  };
  const problems = restoring.error ? problemsIn(restoring.error) : [];
  return (
    <FormDialog
      title={`Restore version ${version} as version ${next}`}
      act={`Publish it as version ${next}`}
      size="xl"
      error={problems.length > 0 ? null : restoring.error}
      pending={restoring.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Effect policy={policy} version={version} next={next} />
      {problems.length > 0 ? (
        <Alert
          variant="light"
          color="red"
          role="alert"
          title={`Not done yet: version ${version} does not fit any more`}
        >
          <Text size="sm">Something that it uses has changed since. Mend that first, then restore it.</Text>
          <List size="sm">
            {problems.map(({ message, fix }) => (
              <List.Item key={message}>
                {message} {fix}
              </List.Item>
            ))}
          </List>
        </Alert>
      ) : null}
      {isEmergency ? (
        <Alert variant="light" color="yellow" title="This counts as an emergency">
          <Text size="sm">
            {approval.data?.mayPublishInEmergency
              ? 'The rule of this policy asks for approvals, and an old version comes back without any. It is marked as an emergency until somebody else has followed it up.'
              : 'The rule of this policy asks for approvals, and your roles do not let you publish without any. Draw on the draft what the old version did, and ask for approval; or ask somebody who may publish in an emergency.'}
          </Text>
        </Alert>
      ) : null}
      <ReasonField value={reason} onChange={setReason} isAsked={tried} />
    </FormDialog>
  );
}

/** What changes for requests, and what becomes of the draft. */
function Effect({ policy: { id, liveVersion }, version, next }: Omit<Props, 'onClose'>) {
  const old = useQuery(drawingQuery(id, version));
  const draft = useQuery({ ...drawingQuery(id, 'draft'), refetchOnMount: 'always' });
  const live = useQuery(drawingQuery(id, liveVersion ?? version));
  const budgets = useQuery(budgetNamesQuery);
  const error = old.error ?? draft.error ?? live.error ?? budgets.error;
  if (!old.data || !draft.data || !live.data || !budgets.data) {
    if (!error) return <Waiting what="what it changes" />;
    const retry = () => Promise.all([old.refetch(), draft.refetch(), live.refetch(), budgets.refetch()]);
    return <Failure title="What it changes could not be loaded" error={error} onRetry={retry} />;
  }
  const { changes } = diffGraphs(live.data.graph, old.data.graph, budgets.data);
  return (
    <>
      {changes.length === 0 ? (
        <Text size="sm">
          Version {version} does the same as version {liveVersion}, which is live: restoring it changes nothing for
          requests.
        </Text>
      ) : (
        <div>
          <Text size="sm" mb="xs">
            Compared with version {liveVersion}, which is live, this changes:{' '}
            <TextLink
              size="sm"
              to="/policies/$policy/compare"
              params={{ policy: id }}
              search={{ from: liveVersion ?? undefined, to: version, view: 'drawings' }}
              target="_blank"
              underline="always"
            >
              See the drawings side by side (opens in a new tab)
            </TextLink>
          </Text>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <div className="changes-scrolled" tabIndex={0}>
            <ChangeList changes={changes} />
          </div>
        </div>
      )}
      <Text size="sm" c="dimmed">
        {sameWork(draft.data, live.data)
          ? `The draft has no unpublished changes, so it becomes the same as version ${next}.`
          : 'The draft has changes that are not published. They stay as they are.'}
      </Text>
    </>
  );
}

/** As the server sees it when it decides whether the draft follows. */
const sameWork = (a: Drawing, b: Drawing): boolean =>
  canonical(a.graph) === canonical(b.graph) && sameTests(a.tests, b.tests);
