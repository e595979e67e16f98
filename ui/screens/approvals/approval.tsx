import { Alert, Badge, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { canPublish, checkGraph } from '../../../policies/check.ts';
import { diffGraphs } from '../../../policies/diff.ts';
import type { Graph } from '../../../policies/graph.ts';
import { type ApprovalRequest, approvalQuery, type ShownForApproval } from '../../api/approvals.ts';
import { type Comment, commentOnRequest, isUnsettled } from '../../api/comments.ts';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMayIn } from '../../api/may.ts';
import { policyQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural, sayMoment } from '../../app/words.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { useHouseFor } from '../../editing/house-for.ts';
import { PublishImpact } from '../editor/publish/publish-impact.tsx';
import { Changes } from '../history/changes.tsx';
import { Problems } from '../policies/problems.tsx';
import { ApprovalAnswers } from './approval-answers.tsx';
import { ApprovalProgress } from './approval-progress.tsx';
import { CommentThread } from './comment-thread.tsx';
import { isOpen, STATE_WORDS } from './request-words.ts';

const route = getRouteApi('/approvals/$request');

/** One request for approval: what publishing showed when it was made, what was said, and the means to answer it. */
export function Approval() {
  const { request: id } = route.useParams();
  const found = useQuery({ ...approvalQuery(id), refetchInterval: 30_000 });
  const policy = useQuery({ ...policyQuery(found.data?.request.policy ?? ''), enabled: found.data !== undefined });
  const error = found.error ?? policy.error;
  const aside = <TextLink to="/approvals">All approvals</TextLink>;
  if (!found.data || !policy.data) {
    return (
      <Screen title="Approval" aside={aside}>
        {error ? (
          <Failure
            title="The request could not be loaded"
            error={error}
            onRetry={() => Promise.all([found.refetch(), policy.refetch()])}
          />
        ) : (
          <Waiting what="the request" />
        )}
      </Screen>
    );
  }
  const { request, shown, comments } = found.data;
  return (
    <Screen title={`Approval: ${request.title}`} aside={aside}>
      <Standing request={request} policy={policy.data} />
      <Shown request={request} shown={shown} />
      {isOpen(request) ? <Impact policy={policy.data} graph={shown.after.graph} /> : null}
      <Talk request={request} policy={policy.data} comments={comments} refresh={() => found.refetch()} />
    </Screen>
  );
}

interface Props {
  readonly request: ApprovalRequest;
  readonly policy: Policy;
}

/** By whom, why, how it stands, and what can be done. */
function Standing({ request, policy }: Props) {
  const authorOf = useAuthors();
  const mayIn = useMayIn();
  const { state, author, reason, at, answer, endedBy, endedAt, version, baseVersion } = request;
  const place = { project: policy.project, policy: policy.id };
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Badge size="lg" tt="none" variant="dot" color={STATE_WORDS[state].color}>
          {STATE_WORDS[state].title}
        </Badge>
        <TextLink to="/policies/$policy" params={{ policy: policy.id }} size="sm">
          The policy
        </TextLink>
        <TextLink to="/policies/$policy/edit" params={{ policy: policy.id }} size="sm">
          The draft, with comments on its nodes
        </TextLink>
      </Group>
      <div>
        <Text className="wrapped">“{reason}”</Text>
        <Text size="sm" c="dimmed">
          Asked by {authorOf(author)} on {sayMoment(at)}
        </Text>
      </div>
      {endedBy === null || endedAt === null ? null : (
        <Text size="sm" className="wrapped">
          {version === null ? '' : `It became version ${version}. `}
          {authorOf(endedBy)} on {sayMoment(endedAt)}
          {answer === null ? '.' : `: “${answer}”`}
        </Text>
      )}
      <ApprovalProgress request={request} />
      {isOpen(request) && policy.liveVersion !== baseVersion ? (
        <Alert
          variant="light"
          color="yellow"
          icon={<IconInfoCircle aria-hidden />}
          title="Another version is live since it was asked for"
        >
          <Text size="sm">
            What is shown here was compared with {baseVersion === null ? 'nothing' : `version ${baseVersion}`}, and
            version {policy.liveVersion} is live now. What would be published is still exactly the draft below.
          </Text>
        </Alert>
      ) : null}
      <Group gap="sm">
        <ApprovalAnswers request={request} mayDraft={mayIn('draft policy', place)} />
        {state === 'approved' && mayIn('publish policy', place) ? (
          <LinkButton to="/policies/$policy/publish" params={{ policy: policy.id }}>
            Publish it
          </LinkButton>
        ) : null}
      </Group>
    </Stack>
  );
}

/** What publishing showed, as it was then. */
function Shown({ request, shown }: { readonly request: ApprovalRequest; readonly shown: ShownForApproval }) {
  const { before, after, problems, tests } = shown;
  const names = useMemo(() => new Map(Object.entries(shown.names)), [shown.names]);
  const diff = useMemo(() => before && diffGraphs(before.graph, after.graph, names), [before, after, names]);
  return (
    <>
      <Section title="What changes">
        {!before || !diff ? (
          <>
            <Text size="sm">This would be the first version: nothing was live when it was asked for.</Text>
            <Drawing
              label={`Draft of ${request.title}`}
              graph={after.graph}
              layout={after.layout}
              budgets={names}
              way={null}
            />
          </>
        ) : diff.changes.length === 0 ? (
          <Text size="sm">
            Nothing for requests: the drawing does the same as version {before.version}, which was live. Only the tests
            that are kept with it are others, if anything is.
          </Text>
        ) : (
          <Changes
            before={{ title: `Version ${before.version}, live then`, ...before }}
            after={{ title: 'The draft', ...after }}
            diff={diff}
            budgets={names}
          />
        )}
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Problems problems={problems} />
        <Section title="Tests">
          {tests.length === 0 ? (
            <Text size="sm" c="dimmed">
              None were kept with it.
            </Text>
          ) : (
            <>
              <Text size="sm">
                All came out as expected: {tests.length} of {tests.length}.
              </Text>
              <ul aria-label="Tests" style={{ margin: 0 }}>
                {tests.map(({ id, name }) => (
                  <li key={id}>
                    <Text size="sm">{name}</Text>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Section>
      </SimpleGrid>
    </>
  );
}

/** What the draft would have done with the requests that came last, for those who may see them. */
function Impact({ policy, graph }: { readonly policy: Policy; readonly graph: Graph }) {
  const mayRead = useMayIn()('read record', { project: policy.project, policy: policy.id });
  const { data: answer } = useQuery({ ...houseQuery, enabled: mayRead });
  return answer ? <ImpactIn policy={policy} graph={graph} answer={answer} /> : null;
}

interface ImpactProps {
  readonly policy: Policy;
  readonly graph: Graph;
  readonly answer: HouseAnswer;
}

function ImpactIn({ policy, graph, answer }: ImpactProps) {
  const house = useHouseFor(graph, answer, policy);
  const isSound = useMemo(() => canPublish(checkGraph(graph, house.check)), [graph, house]);
  return <PublishImpact policy={policy.id} graph={isSound ? graph : null} house={house} />;
}

interface TalkProps extends Props {
  readonly comments: readonly Comment[];
  readonly refresh: () => Promise<unknown>;
}

function Talk({ request, policy, comments, refresh }: TalkProps) {
  const mayIn = useMayIn();
  const place = { project: policy.project, policy: policy.id };
  const onNodes = request.openComments - comments.filter(isUnsettled).length;
  return (
    <Section title="Comments">
      <div style={{ maxWidth: 720 }}>
        {onNodes > 0 ? (
          <Text size="sm" mb="sm">
            {plural(onNodes, 'comment')} on nodes of the draft {onNodes === 1 ? 'is' : 'are'} not settled:{' '}
            <TextLink size="sm" to="/policies/$policy/edit" params={{ policy: policy.id }} underline="always">
              see {onNodes === 1 ? 'it' : 'them'} in the drawing
            </TextLink>
          </Text>
        ) : null}
        <CommentThread
          comments={comments}
          titleNow={null}
          mayComment={mayIn('draft policy', place) || mayIn('approve policy', place)}
          add={(text) => commentOnRequest(request.id, text)}
          refresh={refresh}
          empty="Nobody has said anything about this request yet."
        />
      </div>
    </Section>
  );
}
