import './traffic.css';
import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo } from 'react';
import type { Drawing as DrawingDocument } from '../../../policies/graph.ts';
import { type Stretch, trafficQuery } from '../../api/traffic.ts';
import type { Shown } from '../../app/addresses.ts';
import { Failure } from '../../app/failure.tsx';
import { plural, sayMoment } from '../../app/words.ts';
import type { Before } from '../../canvas/before.ts';
import { Drawing } from '../../canvas/drawing.tsx';
import { PeriodChoice } from './period-choice.tsx';
import { overlayOf, type Traffic, trafficOf } from './traffic.ts';
import { TrafficTable } from './traffic-table.tsx';

interface Props {
  readonly policy: string;
  readonly version: number;
  readonly isLive: boolean;
  readonly label: string;
  readonly drawing: DrawingDocument;
  /** Names of budgets by id. */
  readonly budgets: ReadonlyMap<string, string>;
  /** The policy that runs before it; null where none does. */
  readonly before: Before | null;
  /** The time of which the traffic is shown is part of the address. */
  readonly search: Shown;
}

const stretchOf = ({ last, from, to }: Shown): Stretch =>
  from !== undefined && to !== undefined && from < to ? { from, to } : { last: last ?? 'day' };

const NO_EDGES: readonly never[] = [];

/** A version with what went through it: counts on its edges, how requests ended on its nodes, and the same as a table. */
export function DrawnTraffic({ policy, version, isLive, label, drawing, budgets, before, search }: Props) {
  const navigate = useNavigate({ from: '/policies/$policy' });
  const stretch = stretchOf(search);
  const counted = useQuery({ ...trafficQuery(policy, version, stretch), placeholderData: keepPreviousData });
  const { graph, layout } = drawing;
  const edges = counted.data?.edges ?? NO_EDGES;
  const traffic = useMemo(() => trafficOf(graph, edges, budgets), [graph, edges, budgets]);
  const extras = useMemo(() => ({ ...overlayOf(traffic), before }), [traffic, before]);
  const choose = (next: Stretch): void => {
    void navigate({ to: '/policies/$policy', search: { version: search.version, ...next }, replace: true });
  };
  return (
    <Stack gap="sm">
      <Drawing label={label} graph={graph} layout={layout} budgets={budgets} way={null} extras={extras} />
      <PeriodChoice stretch={stretch} onChange={choose} />
      {counted.data ? (
        <Said traffic={traffic} isLive={isLive} from={counted.data.from} to={counted.data.to} />
      ) : counted.error ? (
        <Failure title="The traffic could not be loaded" error={counted.error} onRetry={() => counted.refetch()} />
      ) : (
        <Text size="sm" c="dimmed" className="waiting">
          Counting the requests …
        </Text>
      )}
    </Stack>
  );
}

const HOUR_MS = 3_600_000;

interface SaidProps {
  readonly traffic: Traffic;
  readonly isLive: boolean;
  readonly from: number;
  readonly to: number;
}

function Said({ traffic, isLive, from, to }: SaidProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const table = useId();
  // Requests are counted by the hour.
  const since = sayMoment(from - (from % HOUR_MS));
  const until = to > Date.now() - HOUR_MS ? '' : ` and before ${sayMoment(Math.ceil(to / HOUR_MS) * HOUR_MS)}`;
  if (traffic.total === 0) {
    return (
      <Text size="sm" c="dimmed" role="status">
        No request took this version since {since}
        {until}.{' '}
        {isLive && until === ''
          ? 'Send one, and its way shows on the drawing within half a minute; or choose a longer time.'
          : 'Choose another time to see what it did.'}
      </Text>
    );
  }
  const never = traffic.nodes.flatMap(({ title, ports }) =>
    ports
      .filter(({ requests, to: target }) => requests === 0 && target !== null)
      .map(({ label }) => `${title} (${label})`),
  );
  return (
    <Box>
      <Group gap="md">
        <Text size="sm" role="status">
          {plural(traffic.total, 'request')} since {since}
          {until}, by whole hours.
        </Text>
        <Button size="xs" variant="default" onClick={toggle} aria-expanded={opened} aria-controls={table}>
          {opened ? 'Hide the table' : 'Show as a table'}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {never.length === 0 ? 'Every way was taken.' : `Never taken: ${never.join(', ')}.`} On a node stands what ended
        there, and what that cost.
      </Text>
      <div id={table}>{opened ? <TrafficTable traffic={traffic} /> : null}</div>
    </Box>
  );
}
