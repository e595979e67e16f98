import { Card, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { dollars } from '../../../policies/price.ts';
import { runQuery } from '../../api/sessions.ts';
import { Failure } from '../../app/failure.tsx';
import { Figure } from '../../app/figure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount, sayMoment } from '../../app/words.ts';
import { sayLength } from './length-words.ts';
import { RunTree } from './run-tree.tsx';

const route = getRouteApi('/sessions/$session');

/** One run of agents: what it came to in all, and its requests as a tree. */
export function Run() {
  const { session } = route.useParams();
  const run = useQuery(runQuery(session));
  const aside = (
    <Group gap="sm">
      <LinkButton to="/requests" search={{ tag: `session=${session}` }} variant="default">
        Its requests as a list
      </LinkButton>
      <LinkButton to="/sessions" variant="default">
        All runs
      </LinkButton>
    </Group>
  );
  return (
    <Screen title={`Run ${session}`} aside={aside}>
      {run.data ? (
        <>
          <Card withBorder padding="lg" component="section" aria-label="In all">
            <Group className="figures" align="flex-start">
              <Figure words="cost">{dollars(run.data.session.cost)}</Figure>
              <Figure words="requests">{sayCount(run.data.session.requests)}</Figure>
              <Figure words="failed">{sayCount(run.data.session.errors)}</Figure>
              <Figure words="tokens read">{sayCount(run.data.total.inputTokens)}</Figure>
              <Figure words="tokens written">{sayCount(run.data.total.outputTokens)}</Figure>
              <Figure words="from its first request to the end of its last">
                {sayLength(run.data.session.lastAt - run.data.session.firstAt)}
              </Figure>
            </Group>
            <Text size="sm" c="dimmed" mt="sm">
              Began on {sayMoment(run.data.session.firstAt)}, by the clock of your browser.
              {run.data.session.agent === null ? '' : ` Agent: ${run.data.session.agent}.`}
              {run.data.session.workflow === null ? '' : ` Workflow: ${run.data.session.workflow}.`}
            </Text>
          </Card>
          {run.data.complete ? null : (
            <Text size="sm">Only its first {sayCount(run.data.total.requests)} requests are shown below.</Text>
          )}
          <RunTree branches={run.data.branches} whole={run.data.total} />
        </>
      ) : run.error ? (
        <Failure title="The run could not be loaded" error={run.error} onRetry={() => run.refetch()}>
          <TextLink to="/sessions">See all runs</TextLink>
        </Failure>
      ) : (
        <Waiting what="the run" />
      )}
    </Screen>
  );
}
