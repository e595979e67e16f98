import { Table, Text } from '@mantine/core';
import type { PoliciesThen } from '../../../api/audit-desk.ts';
import { Empty } from '../../../app/empty.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { sayCount, sayMoment } from '../../../app/words.ts';
import type { Names } from '../names.ts';

interface Props {
  readonly then: PoliciesThen;
  readonly names: Names;
}

/** Every version that was live, who had published it and when, with the way to its drawing and to what it decided. */
export function PoliciesTable({ then: { policies }, names: { nameOf, authorOf } }: Props) {
  if (policies.length === 0) {
    return <Empty title="Nothing was published by then">Choose a later moment.</Empty>;
  }
  return (
    <WideTable minWidth={820} label="Policies that were live">
      <Table verticalSpacing="sm" withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Policy</Table.Th>
            <Table.Th>Version</Table.Th>
            <Table.Th>Published</Table.Th>
            <Table.Th>Fingerprint of the drawing</Table.Th>
            <Table.Th>Entry</Table.Th>
            <Table.Th>Requests</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {policies.map(({ policy, version, digest, publishedBy, publishedAt, sequence, archived }) => (
            <Table.Tr key={policy}>
              <Table.Th scope="row" fw={500}>
                {nameOf(policy)}
                {archived ? (
                  <Text span size="sm" c="dimmed">
                    {' '}
                    (in the archive)
                  </Text>
                ) : null}
              </Table.Th>
              <Table.Td>
                <TextLink to="/policies/$policy" params={{ policy }} search={{ version }}>
                  Version {version}
                </TextLink>
              </Table.Td>
              <Table.Td>
                {sayMoment(publishedAt)}, {authorOf(publishedBy)}
              </Table.Td>
              <Table.Td>
                {digest === null ? (
                  'erased'
                ) : (
                  <Text span size="sm" ff="monospace" title={digest} className="audit-value">
                    {digest.slice(0, 16)}…
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <TextLink to="/audit/$sequence" params={{ sequence: String(sequence) }}>
                  Entry {sayCount(sequence)}
                </TextLink>
              </Table.Td>
              <Table.Td>
                <TextLink
                  to="/requests"
                  search={{ policy, version }}
                  aria-label={`Requests that version ${version} of ${nameOf(policy)} decided`}
                >
                  See them
                </TextLink>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
