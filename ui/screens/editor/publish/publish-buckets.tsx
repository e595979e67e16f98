import './publish.css';
import { Accordion, List, Stack, Table, Text } from '@mantine/core';
import type { Bucket, Impact, MoneyImpact, Move } from '../../../../policies/impact.ts';
import { dollars } from '../../../../policies/price.ts';
import { TextLink } from '../../../app/text-link.tsx';
import { plural, sayCount, sayMoment, sayShare } from '../../../app/words.ts';

interface Props {
  readonly impact: Impact;
  /** How many requests were decided again. */
  readonly total: number;
  /** When the oldest of them came in, in milliseconds since 1970. */
  readonly since: number;
}

/** What would have become of the requests, sorted by what changes for them, each sort with examples. */
export function PublishBuckets({ impact: { buckets, moves, money, assumptions }, total, since }: Props) {
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {headline(buckets, total)} They came since {sayMoment(since)}.
      </Text>
      <Accordion multiple variant="contained" order={3}>
        {buckets
          .filter(({ count }) => count > 0)
          .map((bucket) => (
            // Ids are made of the value, and those have no spaces.
            <Accordion.Item key={bucket.kind} value={bucket.kind.replaceAll(' ', '-')}>
              <Accordion.Control>
                <span className="impact-count">{sayCount(bucket.count)}</span>
                {bucket.label}
                <Text span size="sm" c="dimmed">
                  {' '}
                  ({sayShare(bucket.count / total)})
                </Text>
              </Accordion.Control>
              <Accordion.Panel>
                {bucket.kind === 'other model' ? <Moves moves={moves} /> : null}
                <Examples bucket={bucket} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
      </Accordion>
      <Money money={money} />
      {assumptions.length > 0 ? (
        <div>
          <Text size="sm" c="dimmed" fw={600}>
            What is taken for granted
          </Text>
          <List size="sm" c="dimmed">
            {assumptions.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </div>
      ) : null}
    </Stack>
  );
}

function headline(buckets: readonly Bucket[], total: number): string {
  const count = (kind: Bucket['kind']): number => buckets.find((one) => one.kind === kind)?.count ?? 0;
  const same = count('same');
  const unknown = count('cannot tell');
  const changed = total - same - unknown;
  if (unknown === total) return `For none of ${plural(total, 'request')} it can be told what would have happened.`;
  const words = changed === 0 ? 'Nothing would have changed' : `Something would have changed for ${sayCount(changed)}`;
  const rest = unknown === 0 ? '' : ` For ${sayCount(unknown)} it cannot be told.`;
  return changed === 0
    ? `${words} for ${plural(total - unknown, 'request')}.${rest}`
    : `${words} of ${plural(total, 'request')}.${rest}`;
}

const sayBy = (by: string | null): string => by ?? 'a fixed text';

function Moves({ moves }: { readonly moves: readonly Move[] }) {
  return (
    <Table mb="sm" w="auto" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col" ta="right">
            Requests
          </Table.Th>
          <Table.Th scope="col">Answered by</Table.Th>
          <Table.Th scope="col">The draft would take</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {moves.map(({ from, to, count }) => (
          <Table.Tr key={`${from} ${to}`}>
            <Table.Td ta="right">{sayCount(count)}</Table.Td>
            <Table.Td>{sayBy(from)}</Table.Td>
            <Table.Td>{sayBy(to)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Examples({ bucket: { examples, count } }: { readonly bucket: Bucket }) {
  return (
    <>
      <Text size="sm" c="dimmed" mb={4}>
        {examples.length < count ? `The newest ${examples.length} of them:` : 'All of them:'}
      </Text>
      <Stack component="ol" gap={6} p={0} m={0} style={{ listStyle: 'none' }}>
        {examples.map(({ id, why }, i) => (
          <li key={id}>
            <Text size="sm">
              <TextLink
                to="/requests/$record"
                params={{ record: id }}
                target="_blank"
                aria-label={`Request ${i + 1}, opens in a new tab`}
                underline="always"
                inherit
              >
                Request {i + 1}
              </TextLink>
              {why === '' ? '' : `: ${why}`}
            </Text>
          </li>
        ))}
      </Stack>
    </>
  );
}

function Money({ money }: { readonly money: MoneyImpact }) {
  const { costBefore, costByDraft, cheaper, dearer, notComparable } = money;
  const difference = costByDraft - costBefore;
  const sides = [
    ...(cheaper.count > 0 ? [`${plural(cheaper.count, 'request')} would have cost ${dollars(cheaper.by)} less`] : []),
    ...(dearer.count > 0 ? [`${plural(dearer.count, 'request')} would have cost ${dollars(dearer.by)} more`] : []),
  ];
  return (
    <div>
      <Text fw={650}>
        {difference === 0
          ? `The cost stays the same: ${dollars(costBefore)}`
          : `${dollars(costByDraft)} instead of ${dollars(costBefore)}: ${dollars(Math.abs(difference))} ${difference < 0 ? 'less' : 'more'}`}
      </Text>
      <Text size="sm">
        {sides.length > 0 ? `${sides.join(', ')}. ` : ''}
        {notComparable > 0
          ? `Left out: ${plural(notComparable, 'request')} whose cost by the draft cannot be told.`
          : ''}
      </Text>
    </div>
  );
}
