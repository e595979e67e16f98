import { Badge, Box, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { windowAt } from '../../../policies/budget.ts';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { type LedgerEntry, ledgerQuery } from '../../api/ledger.ts';
import { useAuthors } from '../../app/authors.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { NextPage } from '../../app/next-page.tsx';
import type { Between } from '../../app/own-time.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { sayScope } from '../../budgets/budget-words.ts';
import { LedgerFilters } from './ledger-filters.tsx';

interface Props {
  readonly budget: StoredBudget;
  /** The one that is chosen above, where the budget counts by something. */
  readonly scope: string | undefined;
  /** Scopes that are known, the fullest first. */
  readonly scopes: readonly string[];
  readonly keyNames: ReadonlyMap<string, string>;
}

/** Everything that has moved a budget, the first first. */
export function BudgetLedger({ budget, scope, scopes, keyNames }: Props) {
  const { start } = windowAt(budget.window, budget.timeZone, Date.now());
  const windowStart = budget.window === 'total' ? null : start;
  const [part, setPart] = useState(scope);
  const [time, setTime] = useState<Between>({ from: windowStart ?? undefined, to: undefined });
  const pages = useInfiniteQuery(ledgerQuery(budget.id, { scope: part, ...time }));
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  const isNarrowed = part !== undefined || time.from !== undefined || time.to !== undefined;
  const say = (one: string): string => sayScope(budget.scope, one, keyNames);
  return (
    <Stack gap="md">
      <LedgerFilters
        scopes={scopes.map((value) => ({ value, label: say(value) }))}
        scope={part}
        onScope={setPart}
        windowStart={windowStart}
        time={time}
        onTime={setTime}
      />
      {pages.error && !pages.isFetchNextPageError ? (
        <Failure title="The ledger could not be loaded" error={pages.error} onRetry={() => pages.refetch()} />
      ) : pages.data === undefined ? (
        <Waiting what="the ledger" />
      ) : entries.length === 0 ? (
        isNarrowed ? (
          <Empty title="Nothing has moved it in this time">Choose another part or another time.</Empty>
        ) : (
          <Empty title="Nothing has moved this budget yet">
            As soon as a request goes through a policy that spends from it, it shows up here.
          </Empty>
        )
      ) : (
        <Box aria-busy={pages.isPlaceholderData} style={{ opacity: pages.isPlaceholderData ? 0.5 : 1 }}>
          <Entries entries={entries} budget={budget} say={say} />
        </Box>
      )}
      <NextPage pages={pages} />
    </Stack>
  );
}

const TYPE_WORDS: Readonly<Record<LedgerEntry['type'], string>> = {
  settlement: 'charged',
  overrun: 'charged more than held',
  release: 'given back',
  lost: 'lost',
  correction: 'corrected',
  reset: 'reset',
  top_up: 'added to',
  hold: 'under way',
};

interface EntriesProps {
  readonly entries: readonly LedgerEntry[];
  readonly budget: StoredBudget;
  readonly say: (scope: string) => string;
}

function Entries({ entries, budget: { unit, scope: names }, say }: EntriesProps) {
  const authorOf = useAuthors();
  const amount = (value: number): string =>
    value === 0 ? '' : `${value < 0 ? '−' : '+'}${sayAmount(Math.abs(value), unit)}`;
  return (
    <Table.ScrollContainer minWidth={900} tabIndex={0} aria-label="Ledger">
      <Table verticalSpacing="sm" className="budget-ledger">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Time</Table.Th>
            {names.length === 0 ? null : <Table.Th>Part</Table.Th>}
            <Table.Th>What happened</Table.Th>
            <Table.Th ta="right">Spent</Table.Th>
            <Table.Th ta="right">Limit</Table.Th>
            <Table.Th>Who and why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ at, type, scope, words, spent, raised, request, actor, reason }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added at the end
            <Table.Tr key={i}>
              <Table.Td className="unbroken">{sayMoment(at)}</Table.Td>
              {names.length === 0 ? null : <Table.Td>{say(scope)}</Table.Td>}
              <Table.Td>
                <Group gap="xs">
                  <Badge tt="none" variant="default">
                    {TYPE_WORDS[type]}
                  </Badge>
                  <Text size="sm">{words}</Text>
                </Group>
              </Table.Td>
              <Table.Td ta="right" className="unbroken">
                {amount(spent)}
              </Table.Td>
              <Table.Td ta="right" className="unbroken">
                {amount(raised)}
              </Table.Td>
              <Table.Td>
                {request === null ? null : (
                  <TextLink
                    to="/requests/$record"
                    params={{ record: request }}
                    size="sm"
                    aria-label={`The request of ${sayMoment(at)}`}
                  >
                    The request
                  </TextLink>
                )}
                {actor === null ? null : <Text size="sm">{authorOf(actor)}</Text>}
                {reason === null ? null : (
                  <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    “{reason}”
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
