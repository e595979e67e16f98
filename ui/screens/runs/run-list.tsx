import { SegmentedControl, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { dollars } from '../../../policies/price.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { type AgentRun, MOST_RUNS, runsQuery } from '../../api/sessions.ts';
import { timeZoneQuery, USAGE_PERIODS } from '../../api/usage.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayCount, sayMoment } from '../../app/words.ts';
import { PERIOD_WORDS, startOf } from '../../usage/periods.ts';
import { sayLength } from './length-words.ts';

const route = getRouteApi('/sessions');

/** Runs of agents, the one that ended last first. */
export function RunList() {
  const { last = 'month' } = route.useSearch();
  const navigate = useNavigate({ from: '/sessions' });
  const seesAll = useMayEverywhere()('read record');
  const zone = useQuery(timeZoneQuery);
  const from = zone.data === undefined ? undefined : startOf(last, zone.data, Date.now());
  const runs = useQuery({ ...runsQuery(from), enabled: from !== undefined });
  const error = zone.error ?? runs.error;
  const period = (
    <SegmentedControl
      aria-label="Time"
      value={last}
      onChange={(value) =>
        void navigate({ to: '/sessions', search: { last: USAGE_PERIODS.find((one) => one === value) }, replace: true })
      }
      data={USAGE_PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] }))}
    />
  );
  return (
    <Screen title="Runs of agents" aside={period}>
      <Text c="dimmed" maw={760} mt={-8}>
        A run is made of all requests that carry the same tag “session”. With the tags “agent”, “step” and “parent”, its
        requests are shown as a tree: which step asked for which.
        {seesAll ? '' : ' Only requests that you may see are counted and shown.'}
      </Text>
      {runs.data ? (
        runs.data.length === 0 ? (
          <Empty title="No run in this time">
            Let an agent send the tag “session” with each of its requests, the same for one run, in the header
            x-signalbox-tags; or choose a longer time.
          </Empty>
        ) : (
          <Runs runs={runs.data} />
        )
      ) : error ? (
        <Failure
          title="The runs could not be loaded"
          error={error}
          onRetry={() => {
            void zone.refetch();
            void runs.refetch();
          }}
        />
      ) : (
        <Waiting what="the runs" />
      )}
    </Screen>
  );
}

function Runs({ runs }: { readonly runs: readonly AgentRun[] }) {
  return (
    <>
      <WideTable minWidth={860} label="Runs of agents">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              <Table.Th>Agent</Table.Th>
              <Table.Th>Workflow</Table.Th>
              <Table.Th>Began</Table.Th>
              <Table.Th ta="right">Took</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th ta="right">Failed</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <Table.Tr key={run.session}>
                <Table.Th scope="row" fw={400} className="wrapped">
                  <TextLink to="/sessions/$session" params={{ session: run.session }} inherit>
                    {run.session}
                  </TextLink>
                </Table.Th>
                <Table.Td>{run.agent ?? 'not named'}</Table.Td>
                <Table.Td>{run.workflow ?? 'not named'}</Table.Td>
                <Table.Td className="unbroken">{sayMoment(run.firstAt)}</Table.Td>
                <Table.Td ta="right">{sayLength(run.lastAt - run.firstAt)}</Table.Td>
                <Table.Td ta="right">{sayCount(run.requests)}</Table.Td>
                <Table.Td ta="right">{sayCount(run.errors)}</Table.Td>
                <Table.Td ta="right">{dollars(run.cost)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      <Text size="sm" c="dimmed">
        {runs.length === MOST_RUNS ? `Shown are the ${MOST_RUNS} that ended last. ` : ''}Moments are in the time zone of
        your browser.
      </Text>
    </>
  );
}
