import './months.css';
import { Badge, Button, Checkbox, Group, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Compared, ComparedAmounts } from '../../api/months.ts';
import { saveFile } from '../../app/save-file.ts';
import { plural } from '../../app/words.ts';
import { sayMoney, saySigned, sayWhole } from './month-words.ts';

type ComparedRow = Compared['rows'][number];

/** Rows that are shown before somebody asks for all of them. */
const FEW = 100;

const verdict = ({ same, ours, theirs }: ComparedRow): string =>
  same ? 'the same' : ours === null ? 'only in the file' : theirs === null ? 'only here' : 'differs';

interface Props {
  readonly compared: Compared;
  readonly month: string;
  readonly provider: string;
}

/** Ours and theirs by day and model, the differences marked, each with its likely cause. */
export function ComparedTable({ compared, month, provider }: Props) {
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const [all, setAll] = useState(false);
  const { rows, totals, has } = compared;
  const different = rows.filter(({ same }) => !same).length;
  const wanted = onlyDifferent ? rows.filter(({ same }) => !same) : rows;
  const shown = all ? wanted : wanted.slice(0, FEW);
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Text fw={600} role="status">
          {rows.length === 0
            ? 'Neither the file nor the gateway has anything of this provider in this month.'
            : different === 0
              ? `All ${plural(rows.length, 'line')} are the same.`
              : `${plural(different, 'line')} of ${rows.length} ${different === 1 ? 'differs' : 'differ'}.`}
        </Text>
        <Group gap="sm">
          <Checkbox
            label="Only what differs"
            checked={onlyDifferent}
            onChange={({ currentTarget }) => setOnlyDifferent(currentTarget.checked)}
          />
          <Button
            size="sm"
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => saveFile(`compared-${provider}-${month}.csv`, compared.csv, 'text/csv')}
          >
            Download the comparison as CSV
          </Button>
        </Group>
      </Group>
      <Read compared={compared} />
      {rows.length === 0 ? null : (
        <Table.ScrollContainer minWidth={1100} tabIndex={0} aria-label="Comparison by day and model">
          <Table verticalSpacing="sm" className="months-table">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={110}>Day</Table.Th>
                <Table.Th>Model</Table.Th>
                <Table.Th w={140}>Result</Table.Th>
                {has.tokens ? <Heads what="tokens" /> : null}
                {has.cost ? <Heads what="cost" /> : null}
                <Table.Th w="32%">Likely cause</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((row) => (
                <Table.Tr key={`${row.day} ${row.model}`} className={row.same ? '' : 'differs'}>
                  <Table.Td className="unbroken">{row.day}</Table.Td>
                  <Table.Td fw={600}>{row.model === '' ? 'no model' : row.model}</Table.Td>
                  <Table.Td>
                    <Badge
                      variant="default"
                      tt="none"
                      leftSection={
                        row.same ? (
                          <IconCheck size={13} color="var(--mantine-color-teal-text)" aria-hidden />
                        ) : (
                          <IconAlertTriangle size={13} color="var(--mantine-color-orange-text)" aria-hidden />
                        )
                      }
                    >
                      {verdict(row)}
                    </Badge>
                  </Table.Td>
                  <Sides has={has} ours={row.ours} theirs={row.theirs} />
                  <Table.Td>
                    <Text size="sm">{row.cause ?? ''}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th colSpan={3} scope="row">
                  Together
                </Table.Th>
                <Sides has={has} ours={totals.ours} theirs={totals.theirs} />
                <Table.Td />
              </Table.Tr>
            </Table.Tfoot>
          </Table>
        </Table.ScrollContainer>
      )}
      {wanted.length > shown.length ? (
        <Group justify="center">
          <Button variant="default" onClick={() => setAll(true)}>
            Show all {wanted.length} lines
          </Button>
        </Group>
      ) : null}
    </>
  );
}

/** What of the file was read, and what was not. */
function Read({ compared: { columns, read, outside, unreadable, long } }: { readonly compared: Compared }) {
  const left = [
    ...(outside > 0 ? [`${plural(outside, 'line')} of other months left out`] : []),
    ...(unreadable > 0 ? [`${plural(unreadable, 'line')} that could not be read left out`] : []),
    ...(long > 0 ? [`${plural(long, 'line')} of more than a day counted on the first day`] : []),
  ];
  return (
    <Text size="sm" c="dimmed">
      {[`${plural(read, 'line')} of the file read`, ...left].join(', ')}. Columns:{' '}
      {columns.map(({ column, as }) => `“${column.trim()}” as ${as}`).join('; ')}.
    </Text>
  );
}

function Heads({ what }: { readonly what: 'tokens' | 'cost' }) {
  return (
    <>
      <Table.Th className="month-number">Our {what}</Table.Th>
      <Table.Th className="month-number">Their {what}</Table.Th>
      <Table.Th className="month-number">Difference</Table.Th>
    </>
  );
}

interface SidesProps {
  readonly has: Compared['has'];
  readonly ours: ComparedAmounts | null;
  readonly theirs: ComparedAmounts | null;
}

const tokensOf = (side: ComparedAmounts | null): bigint => (side ? side.inputTokens + side.outputTokens : 0n);
const costOf = (side: ComparedAmounts | null): bigint => side?.nanoDollars ?? 0n;

function Sides({ has, ours, theirs }: SidesProps) {
  const cells = (of: typeof tokensOf, say: (amount: bigint) => string) => (
    <>
      <Table.Td className="month-number">{say(of(ours))}</Table.Td>
      <Table.Td className="month-number">{say(of(theirs))}</Table.Td>
      <Table.Td className="month-number" fw={600}>
        {saySigned(of(ours) - of(theirs), say)}
      </Table.Td>
    </>
  );
  return (
    <>
      {has.tokens ? cells(tokensOf, sayWhole) : null}
      {has.cost ? cells(costOf, sayMoney) : null}
    </>
  );
}
