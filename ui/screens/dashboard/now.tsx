import { Badge, Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { dollars } from '../../../policies/price.ts';
import type { LiveTotals } from '../../api/live.ts';
import { Empty } from '../../app/empty.tsx';
import { Figure } from '../../app/figure.tsx';
import { Status } from '../../app/status.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayCount, sayDuration, sayMoment } from '../../app/words.ts';
import { type Live, useLive } from './use-live.ts';

/** Requests that are named. */
const MOST = 6;

const STATES: Readonly<Record<Live['state'], { readonly words: string; readonly color: string }>> = {
  waiting: { words: 'connecting', color: 'gray' },
  told: { words: 'live', color: 'teal' },
  lost: { words: 'not connected', color: 'red' },
  paused: { words: 'paused', color: 'orange' },
};

/** What happens now: told again every second, for as long as somebody looks. */
export function Now() {
  const { totals, state, setPaused } = useLive();
  const { words, color } = STATES[state];
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="now">
      <Group justify="space-between" mb="sm">
        <Group gap="sm">
          <Title order={2} id="now">
            Now
          </Title>
          <Badge variant="dot" color={color} tt="none" role="status">
            {words}
          </Badge>
        </Group>
        <Button
          size="xs"
          variant="default"
          leftSection={
            state === 'paused' ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />
          }
          onClick={() => setPaused(state !== 'paused')}
        >
          {state === 'paused' ? 'Go on' : 'Pause'}
        </Button>
      </Group>
      {state === 'lost' ? (
        <Text size="sm" mb="sm">
          The gateway does not tell what happens at the moment. This page tries again every few seconds
          {totals === null ? '.' : `; shown is what it told at ${sayMoment(totals.at)}.`}
        </Text>
      ) : null}
      {totals === null ? state === 'waiting' ? <Waiting what="what happens now" /> : null : <Told totals={totals} />}
    </Card>
  );
}

function Told({ totals }: { readonly totals: LiveTotals }) {
  const { requests, errors, refused, running, cost, perSecond, recent } = totals;
  return (
    <>
      <Group className="figures" mb="md" align="flex-start">
        <Figure words="under way">{sayCount(running)}</Figure>
        <Figure words="requests in the last minute">{sayCount(requests)}</Figure>
        <Figure words="failed, last minute">{sayCount(errors)}</Figure>
        <Figure words="refused, last minute">{sayCount(refused)}</Figure>
        <Figure words="spent, last minute">{dollars(cost)}</Figure>
      </Group>
      <Seconds perSecond={perSecond} />
      {recent.length === 0 ? (
        <Empty title="No request since the gateway was started">
          As soon as an app asks something, it shows up here.
        </Empty>
      ) : (
        <WideTable minWidth={560} label="The requests that ended last">
          <Table verticalSpacing={5}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Ended last</Table.Th>
                <Table.Th>Team</Table.Th>
                <Table.Th>Model</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th ta="right">Took</Table.Th>
                <Table.Th ta="right">Cost</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {recent.slice(0, MOST).map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td className="unbroken">
                    <TextLink to="/requests/$record" params={{ record: one.id }} size="sm">
                      {sayMoment(one.at)}
                    </TextLink>
                  </Table.Td>
                  <Table.Td>{one.team ?? 'no team'}</Table.Td>
                  <Table.Td>{one.model ?? 'none'}</Table.Td>
                  <Table.Td>
                    <Status status={one.status} />
                  </Table.Td>
                  <Table.Td ta="right">{sayDuration(one.durationMs)}</Table.Td>
                  <Table.Td ta="right">{dollars(one.cost)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </>
  );
}

/** Requests a second in the last minute, as bars; the words say the same. */
function Seconds({ perSecond }: { readonly perSecond: readonly number[] }) {
  const most = Math.max(0, ...perSecond);
  const words = `Requests a second in the last minute: ${most === 0 ? 'none' : `${sayCount(most)} at most`}.`;
  return (
    <figure className="seconds">
      <div role="img" aria-label={words} className="seconds-bars">
        {perSecond.map((requests, second) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: each bar is the place of a second, and bars do not move.
            key={second}
            data-none={requests === 0 || undefined}
            style={{ height: `${most === 0 ? 0 : (100 * requests) / most}%` }}
          />
        ))}
      </div>
      <figcaption>
        <Text size="xs" c="dimmed" component="span">
          a minute ago
        </Text>
        <Text size="xs" c="dimmed" component="span">
          {most === 0 ? 'no request in the last minute' : `at most ${plural(most, 'request')} a second`}
        </Text>
        <Text size="xs" c="dimmed" component="span">
          now
        </Text>
      </figcaption>
    </figure>
  );
}
