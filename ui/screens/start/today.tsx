import { Card, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { dollars } from '../../../policies/price.ts';
import { type UsageTotal, usageQuery } from '../../api/records.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { midnight } from '../../app/local-time.ts';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayCount } from '../../app/words.ts';

/** How often the figures are asked for again. */
const REFRESH_MS = 30_000;

/** Requests and cost of today, by model. */
export function Today() {
  const from = midnight();
  const totals = useQuery({ ...usageQuery(from), refetchInterval: REFRESH_MS });
  return (
    <Card withBorder padding="lg" component="section">
      <Title order={2} mb="sm">
        Today
      </Title>
      {totals.data ? (
        <Totals totals={totals.data} from={from} />
      ) : totals.error ? (
        <Failure title="The figures could not be loaded" error={totals.error} onRetry={() => totals.refetch()} />
      ) : (
        <Waiting what="the figures" />
      )}
    </Card>
  );
}

interface Props {
  readonly totals: readonly UsageTotal[];
  /** Since when, in milliseconds since 1970. */
  readonly from: number;
}

function Totals({ totals, from }: Props) {
  if (totals.length === 0) return <Empty title="No request yet today">Send one, and it shows up here.</Empty>;
  const sum = (field: 'requests' | 'errors' | 'cost'): number => totals.reduce((all, one) => all + one[field], 0);
  const failed = sum('errors');
  return (
    <>
      <Group gap={48} mb="md">
        <Figure words="requests">{sayCount(sum('requests'))}</Figure>
        <Figure words="cost">{dollars(sum('cost'))}</Figure>
        <Figure words="failed">
          {failed === 0 ? (
            '0'
          ) : (
            <TextLink
              inherit
              to="/requests"
              search={{ status: 'failed', from }}
              aria-label={`${sayCount(failed)} failed, look at what failed`}
            >
              {sayCount(failed)}
            </TextLink>
          )}
        </Figure>
      </Group>
      <Table.ScrollContainer minWidth={380} tabIndex={0} aria-label="Today by model">
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
                <Table.Td>
                  {group === null ? (
                    'no model answered'
                  ) : (
                    <TextLink inherit to="/requests" search={{ model: group, from }}>
                      {group}
                    </TextLink>
                  )}
                </Table.Td>
                <Table.Td ta="right">{sayCount(requests)}</Table.Td>
                <Table.Td ta="right">{sayCount(inputTokens + outputTokens)}</Table.Td>
                <Table.Td ta="right">{dollars(cost)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <TextLink to="/requests" search={{ from }} size="sm" mt="sm" display="inline-block">
        All requests of today
      </TextLink>
    </>
  );
}

function Figure({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text fz={28} fw={700} lh={1.1} component="div">
        {children}
      </Text>
      <Text size="sm" c="dimmed">
        {words}
      </Text>
    </div>
  );
}
