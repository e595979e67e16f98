import './requests.css';
import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { budgetNamesQuery } from '../../api/house.ts';
import { drawingQuery, policyQuery } from '../../api/policies.ts';
import { type RequestRecord, recordQuery } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { Accounts } from './accounts.tsx';
import { Attempts } from './attempts.tsx';
import { Content } from './content.tsx';
import { Facts } from './facts.tsx';
import { Replay } from './replay.tsx';
import { Status } from './status.tsx';
import { Steps } from './steps.tsx';

const route = getRouteApi('/requests/$record');

/** One request: the way it took and why, what was called, what it cost, and what was sent. */
export function Request() {
  const { record: id } = route.useParams();
  const record = useQuery(recordQuery(id));
  if (!record.data) {
    return (
      <Screen title="Request">
        {record.error ? (
          <Failure title="The request could not be loaded" error={record.error} onRetry={() => record.refetch()}>
            <TextLink to="/requests">All requests</TextLink>
          </Failure>
        ) : (
          <Waiting what="the request" />
        )}
      </Screen>
    );
  }
  const { policy, version } = record.data;
  return (
    <Screen title={`Request of ${sayMoment(record.data.at)}`} aside={<Ending record={record.data} />}>
      <Facts record={record.data} />
      {policy === null || version === null ? (
        <Rest record={record.data} titles={new Map()} />
      ) : (
        <Decided record={record.data} policy={policy} version={version} />
      )}
    </Screen>
  );
}

function Ending({ record: { status, errorCode, httpStatus } }: { readonly record: RequestRecord }) {
  return (
    <Group gap="sm">
      {errorCode === null ? null : (
        <Text size="sm" c="dimmed">
          {errorCode.replaceAll('_', ' ')} ({httpStatus})
        </Text>
      )}
      <Status status={status} />
    </Group>
  );
}

interface DecidedProps {
  readonly record: RequestRecord;
  readonly policy: string;
  readonly version: number;
}

/** What the policy did, on the drawing of the very version that decided. */
function Decided({ record, policy, version }: DecidedProps) {
  const drawing = useQuery(drawingQuery(policy, version));
  const words = useQuery(policyQuery(policy));
  const budgets = useQuery(budgetNamesQuery);
  const error = drawing.error ?? words.error ?? budgets.error;
  if (!drawing.data || !words.data || !budgets.data) {
    if (!error) return <Waiting what="the policy that decided" />;
    const retry = () => Promise.all([drawing.refetch(), words.refetch(), budgets.refetch()]);
    return (
      <>
        <Failure title="The policy that decided could not be loaded" error={error} onRetry={retry} />
        <Rest record={record} titles={new Map()} />
      </>
    );
  }
  const { graph, layout } = drawing.data;
  return (
    <>
      <Drawing
        label={`Path of this request through ${words.data.title}, version ${version}`}
        graph={graph}
        layout={layout}
        budgets={budgets.data}
        way={record.trace}
      />
      <Rest record={record} titles={new Map(graph.nodes.map((node) => [node.id, node.title || node.id]))} />
    </>
  );
}

/** Everything besides the drawing; `titles` are those of the nodes, by id. */
function Rest({ record, titles }: { readonly record: RequestRecord; readonly titles: ReadonlyMap<string, string> }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Stack gap="xl">
        <Steps trace={record.trace} titles={titles} />
        {record.policy === null ? null : <Replay id={record.id} titles={titles} />}
        <Attempts attempts={record.attempts} />
      </Stack>
      <Stack gap="xl">
        <Content record={record} />
        <Accounts record={record} />
      </Stack>
    </SimpleGrid>
  );
}
