import { Card, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { dollars } from '../../policies/price.ts';
import { type Dimension, type UsageCondition, type UsageSum, usageToldQuery } from '../api/usage.ts';
import { Failure } from '../app/failure.tsx';
import { TextLink } from '../app/text-link.tsx';
import { Waiting } from '../app/waiting.tsx';
import { WideTable } from '../app/wide-table.tsx';
import { sayCount, sayShare } from '../app/words.ts';
import { headOf, sayDimension, sayGroup } from './dimension-words.ts';
import { requestsBehind, writeCondition } from './requests-behind.ts';
import { sumOf } from './usage-plot.ts';

const MOST = 6;
const REFRESH_MS = 30_000;

interface Props {
  readonly by: Dimension;
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
  /** What all is narrowed to. */
  readonly condition?: UsageCondition;
}

/** Those that a time has cost most, with the way to the requests behind each and to all of them. */
export function TopSpenders({ by, timeZone, from, to, condition }: Props) {
  const title = useId();
  const conditions = condition ? [condition] : [];
  const told = useQuery({
    ...usageToldQuery({ by, timeZone, from, to, conditions, limit: MOST }),
    refetchInterval: REFRESH_MS,
  });
  const where = condition ? { where: writeCondition(condition) } : {};
  return (
    <Card
      withBorder
      padding="lg"
      component="section"
      aria-labelledby={title}
      aria-busy={told.isPlaceholderData}
      className={told.isPlaceholderData ? 'told-before' : ''}
    >
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h4" id={title}>
          Spend by {sayDimension(by)}
        </Title>
        <TextLink to="/usage" search={{ by, from, to, ...where }} size="sm" aria-label={`All by ${sayDimension(by)}`}>
          All of it
        </TextLink>
      </Group>
      {told.data ? (
        told.data.totals.length === 0 ? (
          <Text size="sm" c="dimmed">
            There was no request in this time. Choose a longer one.
          </Text>
        ) : (
          <Rows by={by} totals={told.data.totals} conditions={conditions} time={{ from, to }} />
        )
      ) : told.error ? (
        <Failure title="It could not be loaded" error={told.error} onRetry={() => told.refetch()} />
      ) : (
        <Waiting what={`spend by ${sayDimension(by)}`} />
      )}
    </Card>
  );
}

interface RowsProps {
  readonly by: Dimension;
  readonly totals: readonly UsageSum[];
  readonly conditions: readonly UsageCondition[];
  readonly time: { readonly from: number; readonly to: number };
}

function Rows({ by, totals, conditions, time }: RowsProps) {
  const all = sumOf(totals).cost;
  return (
    <WideTable minWidth={300} label={`Spend by ${sayDimension(by)}`}>
      <Table verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{headOf(by)}</Table.Th>
            <Table.Th ta="right">Requests</Table.Th>
            <Table.Th ta="right">Spend</Table.Th>
            <Table.Th ta="right" visibleFrom="xs">
              Share
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {totals.map((sum) => {
            const words = sayGroup(by, sum);
            const behind =
              sum.others || sum.group === null ? null : requestsBehind([...conditions, { by, is: sum.group }], time);
            return (
              <Table.Tr key={`${sum.others === true} ${sum.group}`}>
                <Table.Th scope="row" fw={400} className="wrapped" miw={120}>
                  {by === 'team' && sum.group !== null ? (
                    <TextLink to="/teams/$team" params={{ team: sum.group }} inherit>
                      {words}
                    </TextLink>
                  ) : (
                    words
                  )}
                </Table.Th>
                <Table.Td ta="right">
                  {behind ? (
                    <TextLink
                      to="/requests"
                      search={behind}
                      inherit
                      aria-label={`${sayCount(sum.requests)} requests of ${words}`}
                    >
                      {sayCount(sum.requests)}
                    </TextLink>
                  ) : (
                    sayCount(sum.requests)
                  )}
                </Table.Td>
                <Table.Td ta="right">{dollars(sum.cost)}</Table.Td>
                <Table.Td ta="right" visibleFrom="xs" className="unbroken">
                  {sayShare(all > 0 ? sum.cost / all : 0)}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
