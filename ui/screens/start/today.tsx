import { Card, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dollars } from '../../../policies/price.ts';
import { type UsageTotal, usageQuery } from '../../api/records.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount } from '../../app/words.ts';

/** The last midnight of the browser's own time zone. */
const midnight = (): number => new Date().setHours(0, 0, 0, 0);

/** Requests and cost of today, by model. */
export function Today() {
  const totals = useQuery(usageQuery(midnight()));
  return (
    <Card withBorder padding="lg" component="section">
      <Title order={2} mb="sm">
        Today
      </Title>
      {totals.data ? (
        <Totals totals={totals.data} />
      ) : totals.error ? (
        <Failure title="The figures could not be loaded" error={totals.error} onRetry={() => totals.refetch()} />
      ) : (
        <Waiting what="the figures" />
      )}
    </Card>
  );
}

function Totals({ totals }: { readonly totals: readonly UsageTotal[] }) {
  if (totals.length === 0) return <Empty title="No request yet today">Send one, and it shows up here.</Empty>;
  const sum = (field: 'requests' | 'errors' | 'cost'): number => totals.reduce((all, one) => all + one[field], 0);
  return (
    <>
      <Group gap={48} mb="md">
        <Figure words="requests" value={sayCount(sum('requests'))} />
        <Figure words="cost" value={dollars(sum('cost'))} />
        <Figure words="failed" value={sayCount(sum('errors'))} />
      </Group>
      <Table.ScrollContainer minWidth={380} tabIndex={0}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Model</Table.Th>
              <Table.Th ta="right">Requests</Table.Th>
              <Table.Th ta="right">Tokens</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {totals.map(({ group, requests, inputTokens, outputTokens, cost }) => (
              <Table.Tr key={group ?? ''}>
                <Table.Td>{group ?? 'no model answered'}</Table.Td>
                <Table.Td ta="right">{sayCount(requests)}</Table.Td>
                <Table.Td ta="right">{sayCount(inputTokens + outputTokens)}</Table.Td>
                <Table.Td ta="right">{dollars(cost)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

function Figure({ words, value }: { readonly words: string; readonly value: string }) {
  return (
    <div>
      <Text fz={28} fw={700} lh={1.1}>
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </div>
  );
}
