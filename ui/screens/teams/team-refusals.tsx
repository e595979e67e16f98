import { Card, Group, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { recordsQuery } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayMoment } from '../../app/words.ts';
import { usePaths } from '../requests/paths.ts';

const MOST = 8;

/** The requests of a team that policies refused last. */
export function TeamRefusals({ team }: { readonly team: string }) {
  const filter = { status: 'blocked', tag: `team=${team}` } as const;
  const pages = useInfiniteQuery(recordsQuery(filter));
  const records = (pages.data?.pages[0]?.records ?? []).slice(0, MOST);
  const pathOf = usePaths(records);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="team-refusals">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="team-refusals">
          Refused of late
        </Title>
        {records.length === 0 ? null : (
          <TextLink to="/requests" search={filter} size="sm">
            All that was refused
          </TextLink>
        )}
      </Group>
      {pages.data ? (
        records.length === 0 ? (
          <Text size="sm" c="dimmed">
            No policy has refused a request of this team.
          </Text>
        ) : (
          <WideTable minWidth={560} label="Requests that were refused">
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Request</Table.Th>
                  <Table.Th>User</Table.Th>
                  <Table.Th>Asked for</Table.Th>
                  <Table.Th>Policy and path</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {records.map((record) => {
                  const words = pathOf(record);
                  return (
                    <Table.Tr key={record.id}>
                      <Table.Td className="unbroken">
                        <TextLink to="/requests/$record" params={{ record: record.id }} size="sm">
                          {sayMoment(record.at)}
                        </TextLink>
                      </Table.Td>
                      <Table.Td>{record.tags.user?.value ?? 'no user named'}</Table.Td>
                      <Table.Td>{record.requestedModel}</Table.Td>
                      <Table.Td>
                        {words === null ? 'no policy decided' : `${words.policy}: ${words.path ?? '…'}`}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </WideTable>
        )
      ) : pages.error ? (
        <Failure title="What was refused could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
      ) : (
        <Waiting what="what was refused" />
      )}
    </Card>
  );
}
