import { Table, Text } from '@mantine/core';
import type { AccessThen } from '../../../api/audit-desk.ts';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { sayCount, sayMoment } from '../../../app/words.ts';
import type { Names } from '../names.ts';

interface Props {
  readonly keys: AccessThen['keys'];
  readonly names: Names;
}

/** API keys with their projects, and who made them: what lets apps send requests, and nothing else. */
export function KeysTable({ keys, names: { nameOf, authorOf } }: Props) {
  if (keys.length === 0) return <Text c="dimmed">There was none, so that no app could send requests.</Text>;
  return (
    <WideTable minWidth={620} label="API keys">
      <Table verticalSpacing="sm" withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Key</Table.Th>
            <Table.Th>Project</Table.Th>
            <Table.Th>Made by</Table.Th>
            <Table.Th>Until</Table.Th>
            <Table.Th>Entry</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map(({ key, project, madeBy, madeAt, expiresAt, sequence }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500}>
                {nameOf(key)}
              </Table.Th>
              <Table.Td>{project === null ? 'not kept any more' : nameOf(project)}</Table.Td>
              <Table.Td>
                {authorOf(madeBy)}, {sayMoment(madeAt)}
              </Table.Td>
              <Table.Td>{expiresAt === null ? 'it is revoked' : sayMoment(expiresAt)}</Table.Td>
              <Table.Td>
                <TextLink to="/audit/$sequence" params={{ sequence: String(sequence) }}>
                  Entry {sayCount(sequence)}
                </TextLink>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
