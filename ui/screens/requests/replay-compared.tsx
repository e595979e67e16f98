import { Table, Text } from '@mantine/core';
import { dollars } from '../../../policies/price.ts';
import type { DecidedRecord } from '../../api/records.ts';
import type { Replayed } from '../../api/replay.ts';
import { sayEnd, sayRecordedEnd } from './end-words.ts';

interface Props {
  readonly record: DecidedRecord;
  /** What decided again, such as "version 3" or "the draft". */
  readonly by: string;
  readonly replayed: Replayed;
}

/** Which model answers and what that costs, as it was and as it would be. */
export function ReplayCompared({ record, by, replayed }: Props) {
  const likely = replayed.result === 'cannot tell' ? replayed.ifAnswered : null;
  const end = replayed.result === 'cannot tell' ? null : sayEnd(replayed.decision.outcome);
  const cost = likely?.cost ?? replayed.cost;
  const isEstimate = cost !== null && cost !== 0 && cost !== record.cost;
  return (
    <div>
      <Table maw={640} aria-label="What would differ">
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th>Recorded, by version {record.version}</Table.Th>
            <Table.Th>By {by}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Th scope="row">End</Table.Th>
            <Table.Td>{sayRecordedEnd(record)}</Table.Td>
            <Table.Td>{end ?? (likely ? `${likely.model}, if it answers` : 'cannot be told')}</Table.Td>
          </Table.Tr>
          <Table.Tr>
            <Table.Th scope="row">Cost</Table.Th>
            <Table.Td>{dollars(record.cost)}</Table.Td>
            <Table.Td>{cost === null ? 'cannot be told' : `${isEstimate ? 'about ' : ''}${dollars(cost)}`}</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
      {isEstimate ? (
        <Text size="xs" c="dimmed" mt={4}>
          Estimated: the same number of tokens at the prices of now.
        </Text>
      ) : null}
    </div>
  );
}
