import { Alert, Box, SimpleGrid, Text, Title } from '@mantine/core';
import { IconEqual } from '@tabler/icons-react';
import { useMemo } from 'react';
import { checkGraph } from '../../../../policies/check.ts';
import { diffGraphs } from '../../../../policies/diff.ts';
import type { ApprovalState } from '../../../api/approvals.ts';
import type { Draft } from '../../../api/drafts.ts';
import type { HouseAnswer } from '../../../api/house.ts';
import { useMayIn } from '../../../api/may.ts';
import type { Drawing as DrawingOf } from '../../../api/policies.ts';
import type { Policy } from '../../../api/policy.ts';
import type { VersionSummary } from '../../../api/versions.ts';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { plural } from '../../../app/words.ts';
import { Drawing } from '../../../canvas/drawing.tsx';
import type { House } from '../../../editing/house.ts';
import { useHouseFor } from '../../../editing/house-for.ts';
import { ApprovalProgress } from '../../approvals/approval-progress.tsx';
import { Changes } from '../../history/changes.tsx';
import { sameTests } from '../../history/same-tests.ts';
import { Problems } from '../../policies/problems.tsx';
import { Tests, useTestRunsOf } from '../../policies/tests.tsx';
import { PublishApproval } from './publish-approval.tsx';
import { PublishForm } from './publish-form.tsx';
import { PublishImpact } from './publish-impact.tsx';

interface Props {
  readonly policy: Policy;
  readonly draft: Draft;
  /** Null where no version is live yet. */
  readonly live: DrawingOf | null;
  readonly answer: HouseAnswer;
  readonly approval: ApprovalState;
  readonly onPublished: (version: VersionSummary) => void;
  /** Loads everything again: it is not what it was. */
  readonly onLookAgain: () => void;
}

/** Everything that is worth knowing before the draft becomes a version. */
export function PublishReview({ policy, draft, live, answer, approval, onPublished, onLookAgain }: Props) {
  const mayChange = useMayIn()('publish policy', { project: policy.project, policy: policy.id }) && !policy.archived;
  const house = useHouseFor(draft.graph, answer, policy);
  const problems = useMemo(() => checkGraph(draft.graph, house.check), [draft, house]);
  const runs = useTestRunsOf(draft, house);
  const diff = useMemo(
    () => (live ? diffGraphs(live.graph, draft.graph, house.budgetNames) : null),
    [live, draft, house],
  );
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const failedTests = draft.tests.filter((test) => runs.runs.get(test)?.passed === false).length;
  const changesNothing = diff?.changes.length === 0;
  if (live && changesNothing && sameTests(live.tests, draft.tests)) {
    return (
      <Alert variant="light" color="teal" icon={<IconEqual aria-hidden />} title="There is nothing to publish">
        <Text size="sm" mb="xs">
          The draft does the same as version {policy.liveVersion}, which is live. At most things stand elsewhere on the
          drawing, and that is no change for any request.
        </Text>
        <TextLink size="sm" to="/policies/$policy/edit" params={{ policy: policy.id }}>
          Go on with the draft
        </TextLink>
      </Alert>
    );
  }
  return (
    <>
      <Box component="section">
        <Title order={2} mb="sm">
          What changes
        </Title>
        {!live || !diff ? (
          <FirstVersion draft={draft} house={house} title={policy.title} />
        ) : changesNothing ? (
          <Text size="sm">
            Nothing for requests: the drawing does the same as version {policy.liveVersion}. Only the tests that are
            kept with it are others.
          </Text>
        ) : (
          <Changes
            before={{ title: `Version ${policy.liveVersion}, live`, ...live }}
            after={{ title: 'The draft', ...draft }}
            diff={diff}
            budgets={house.budgetNames}
          />
        )}
      </Box>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Problems
          problems={problems}
          where={({ node }) =>
            mayChange ? (
              <TextLink
                size="sm"
                to="/policies/$policy/edit"
                params={{ policy: policy.id }}
                search={node === null ? {} : { node }}
              >
                Mend it in the editor
              </TextLink>
            ) : null
          }
        />
        <Tests tests={draft.tests} state={runs} />
      </SimpleGrid>
      {changesNothing ? null : (
        <PublishImpact
          key={draft.revision}
          policy={policy.id}
          graph={errors === 0 ? draft.graph : null}
          house={house}
        />
      )}
      <Deciding
        policy={policy}
        approval={approval}
        mayPublish={mayChange}
        revision={draft.revision}
        errors={errors}
        inTheWay={sayInTheWay(errors, failedTests, isMissing(approval) ? 'Approval cannot be asked for.' : null)}
        onPublished={onPublished}
        onLookAgain={onLookAgain}
      />
    </>
  );
}

/** Whether more people have to approve the draft before it is published. */
const isMissing = ({ rule, request }: ApprovalState): boolean => rule.approvals > 0 && request?.state !== 'approved';

function sayInTheWay(errors: number, failedTests: number, asking: string | null): string | null {
  if (errors > 0) return `${plural(errors, 'problem has', 'problems have')} to be mended first.`;
  if (failedTests === 0) return null;
  const failing = `${plural(failedTests, 'test does', 'tests do')} not come out as expected: `;
  return asking === null ? `${failing}publishing will be refused.` : `${failing}mend that first. ${asking}`;
}

interface DecidingProps extends Pick<Props, 'policy' | 'approval' | 'onPublished' | 'onLookAgain'> {
  readonly mayPublish: boolean;
  readonly revision: number;
  readonly errors: number;
  readonly inTheWay: string | null;
}

/** What can be done with it: publish it, or ask for approval. */
function Deciding({ approval, mayPublish, errors, ...given }: DecidingProps) {
  if (given.policy.archived) {
    return (
      <Text size="sm" c="dimmed">
        This policy is in the archive. Bring it back first, then it can be published.
      </Text>
    );
  }
  if (isMissing(approval)) return <PublishApproval approval={approval} {...given} />;
  return (
    <>
      {approval.rule.approvals > 0 && approval.request ? (
        <Section title="Approved">
          <ApprovalProgress request={approval.request} />
          <TextLink size="sm" to="/approvals/$request" params={{ request: approval.request.id }}>
            See the request
          </TextLink>
        </Section>
      ) : null}
      {mayPublish ? (
        <PublishForm errors={errors} {...given} />
      ) : (
        <Text size="sm" c="dimmed">
          You may look at everything here. Ask an admin to publish it.
        </Text>
      )}
    </>
  );
}

function FirstVersion({ draft, house, title }: { draft: Draft; house: House; title: string }) {
  return (
    <>
      <Text size="sm" mb="sm">
        This is the first version: nothing is live yet, and no request follows this policy before it is published.
      </Text>
      <Drawing
        label={`Draft of ${title}`}
        graph={draft.graph}
        layout={draft.layout}
        budgets={house.budgetNames}
        way={null}
      />
    </>
  );
}
