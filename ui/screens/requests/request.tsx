import './requests.css';
import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { budgetNamesQuery } from '../../api/house.ts';
import { drawingQuery, policyQuery } from '../../api/policies.ts';
import { type DecidedRecord, isDecided, type RequestRecord, recordQuery } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Status } from '../../app/status.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { Accounts } from './accounts.tsx';
import { AnswerHeaders } from './answer-headers.tsx';
import { Attempts } from './attempts.tsx';
import { Content } from './content.tsx';
import { Copies, CopyOf } from './copies.tsx';
import { Counted } from './counted.tsx';
import { Facts } from './facts.tsx';
import { Feedback } from './feedback.tsx';
import { NO_NAMES, type NodeNames, namesOf } from './node-names.ts';
import { Part } from './part.tsx';
import { Replay } from './replay.tsx';
import { Steps } from './steps.tsx';
import { useBefore } from './use-before.ts';

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
  return (
    <Screen title={`Request of ${sayMoment(record.data.at)}`} aside={<Ending record={record.data} />}>
      <CopyOf record={record.data} />
      <Counted record={record.data} />
      <Facts record={record.data} />
      {isDecided(record.data) ? <Decided record={record.data} /> : <Rest record={record.data} names={NO_NAMES} />}
    </Screen>
  );
}

function Ending({ record }: { readonly record: RequestRecord }) {
  const { status, errorCode, httpStatus, policy } = record;
  return (
    <Group gap="sm">
      {errorCode === null ? null : (
        <Text size="sm" c="dimmed">
          {errorCode.replaceAll('_', ' ')} ({httpStatus})
        </Text>
      )}
      <Status status={status} />
      {policy === null || status === 'shadow' ? null : (
        <LinkButton
          to="/policies/$policy/edit"
          params={{ policy }}
          search={{ record: record.id }}
          size="sm"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
        >
          Try this on the draft
        </LinkButton>
      )}
    </Group>
  );
}

/** What the policy did, on the drawing of the very version that decided. */
function Decided({ record }: { readonly record: DecidedRecord }) {
  const { policy, version } = record;
  const drawing = useQuery(drawingQuery(policy, version));
  const words = useQuery(policyQuery(policy));
  const budgets = useQuery(budgetNamesQuery);
  const before = useBefore(record);
  const error = drawing.error ?? words.error ?? budgets.error;
  if (!drawing.data || !words.data || !budgets.data) {
    if (!error) return <Waiting what="the policy that decided" />;
    const retry = () => Promise.all([drawing.refetch(), words.refetch(), budgets.refetch()]);
    return (
      <>
        <Failure title="The policy that decided could not be loaded" error={error} onRetry={retry} />
        <Rest record={record} names={NO_NAMES} />
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
        extras={before.extras}
      />
      <Rest record={record} names={namesOf(graph, before.graph)} />
    </>
  );
}

/** Everything besides the drawing. */
function Rest({ record, names }: { readonly record: RequestRecord; readonly names: NodeNames }) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Stack gap="xl">
          {record.status === 'shadow' ? null : (
            <Part title="Step by step">
              <Steps trace={record.trace} names={names} />
            </Part>
          )}
          <Attempts record={record} names={names} />
          <AnswerHeaders record={record} />
        </Stack>
        <Stack gap="xl">
          <Content record={record} />
          {record.status === 'shadow' || record.status === 'counted' ? null : <Feedback record={record} />}
          <Accounts record={record} />
        </Stack>
      </SimpleGrid>
      <Copies record={record} />
      {isDecided(record) ? <Replay record={record} /> : null}
    </>
  );
}
