import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { policyQuery } from '../../api/policies.ts';
import type { RequestRecord } from '../../api/records.ts';
import { headersOf } from './headers.ts';
import { Part } from './part.tsx';

/** What the head of the answer told the app, as far as the record says it. */
export function AnswerHeaders({ record }: { readonly record: RequestRecord }) {
  const { policy, status } = record;
  const words = useQuery({ ...policyQuery(policy ?? ''), enabled: policy !== null });
  return (
    <Part title="What the answer told the app">
      {status === 'lost' ? (
        <Text size="sm" c="dimmed">
          The gateway stopped before it could answer, so the app was told nothing.
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="sm">
            These headers are rebuilt from the record. The time in the gateway may have stood a little lower when they
            were sent{status === 'aborted' ? ', and the app may have hung up before it got them' : ''}.
          </Text>
          <Table.ScrollContainer minWidth={320} tabIndex={0} aria-label="Headers of the answer">
            <Table variant="vertical" layout="auto" className="answer-headers">
              <Table.Tbody>
                {headersOf(record, words.data?.name ?? null).map(({ name, value, means }) => (
                  <Table.Tr key={name}>
                    <Table.Th scope="row">
                      {name}
                      <Text size="xs" c="dimmed">
                        {means}
                      </Text>
                    </Table.Th>
                    <Table.Td>{value}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </Part>
  );
}
