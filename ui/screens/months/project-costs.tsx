import './months.css';
import { Badge, SegmentedControl, Table, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { MonthLine } from '../../api/months.ts';
import { Empty } from '../../app/empty.tsx';
import { Section } from '../../app/section.tsx';
import { sayMoney, sayMonth, sayTeam, sayWhole } from './month-words.ts';

type By = 'project' | 'model';

interface Row extends Pick<MonthLine, 'team' | 'project' | 'projectId' | 'costCentre'> {
  readonly key: string;
  /** What stands in the column of models. */
  readonly what: string;
  readonly requests: bigint;
  readonly lost: bigint;
  readonly late: bigint;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly nanoDollars: bigint;
}

function whatOf({ kind, model, refersTo }: MonthLine): string {
  if (kind === 'correction') {
    return `correction${refersTo === null ? '' : ` of ${/^\d{4}-\d{2}$/.test(refersTo) ? sayMonth(refersTo) : 'a request'}`}`;
  }
  const name = model === '' ? 'no model' : model;
  return refersTo === null ? name : `${name}, come late of ${sayMonth(refersTo)}`;
}

/** Adds lines up to one row for each project, or for each of its models and corrections. */
function rowsOf(lines: readonly MonthLine[], by: By): Row[] {
  const rows = new Map<string, Row>();
  for (const line of lines) {
    const { team, project, projectId, costCentre } = line;
    const what = by === 'model' ? whatOf(line) : '';
    const key = JSON.stringify([projectId, what]);
    const known = rows.get(key);
    rows.set(key, {
      key,
      team,
      project,
      projectId,
      costCentre,
      what,
      requests: (known?.requests ?? 0n) + line.requests,
      lost: (known?.lost ?? 0n) + (line.kind === 'lost' ? line.requests : 0n),
      late: (known?.late ?? 0n) + (line.refersTo !== null ? line.requests : 0n),
      inputTokens: (known?.inputTokens ?? 0n) + line.inputTokens,
      outputTokens: (known?.outputTokens ?? 0n) + line.outputTokens,
      nanoDollars: (known?.nanoDollars ?? 0n) + line.nanoDollars,
    });
  }
  return [...rows.values()];
}

const total = (rows: readonly Row[], of: (row: Row) => bigint): bigint => rows.reduce((sum, row) => sum + of(row), 0n);

/** What each project of each team was charged, and to which cost centre. */
export function ProjectCosts({ lines }: { readonly lines: readonly MonthLine[] }) {
  const [by, setBy] = useState<By>('project');
  if (lines.length === 0) {
    return (
      <Section title="By project">
        <Empty title="Nothing was charged in this month">Requests show up here as soon as an app asks something.</Empty>
      </Section>
    );
  }
  const rows = rowsOf(lines, by);
  const choice = (
    <SegmentedControl
      aria-label="What is shown"
      value={by}
      onChange={(value) => setBy(value === 'model' ? 'model' : 'project')}
      data={[
        { value: 'project', label: 'Projects' },
        { value: 'model', label: 'Projects and models' },
      ]}
    />
  );
  return (
    <Section title="By project" aside={choice}>
      <Table.ScrollContainer minWidth={980} tabIndex={0} aria-label="What each project was charged">
        <Table verticalSpacing="sm" highlightOnHover className="months-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Team</Table.Th>
              <Table.Th>Project</Table.Th>
              <Table.Th>Cost centre</Table.Th>
              {by === 'model' ? <Table.Th>Model</Table.Th> : null}
              <Table.Th className="month-number">Requests</Table.Th>
              <Table.Th className="month-number">Input tokens</Table.Th>
              <Table.Th className="month-number">Output tokens</Table.Th>
              <Table.Th className="month-number">Cost</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.key}>
                <Table.Td>{sayTeam(row.team)}</Table.Td>
                <Table.Td fw={600}>
                  {row.project}
                  <Marks row={row} />
                </Table.Td>
                <Table.Td>
                  {row.costCentre === '' ? (
                    <Text size="sm" c="dimmed">
                      none
                    </Text>
                  ) : (
                    row.costCentre
                  )}
                </Table.Td>
                {by === 'model' ? <Table.Td>{row.what}</Table.Td> : null}
                <Table.Td className="month-number">{sayWhole(row.requests)}</Table.Td>
                <Table.Td className="month-number">{sayWhole(row.inputTokens)}</Table.Td>
                <Table.Td className="month-number">{sayWhole(row.outputTokens)}</Table.Td>
                <Table.Td className="month-number" fw={600}>
                  {sayMoney(row.nanoDollars)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr>
              <Table.Th colSpan={by === 'model' ? 4 : 3} scope="row">
                Together
              </Table.Th>
              <Table.Th className="month-number">{sayWhole(total(rows, ({ requests }) => requests))}</Table.Th>
              <Table.Th className="month-number">{sayWhole(total(rows, ({ inputTokens }) => inputTokens))}</Table.Th>
              <Table.Th className="month-number">{sayWhole(total(rows, ({ outputTokens }) => outputTokens))}</Table.Th>
              <Table.Th className="month-number">{sayMoney(total(rows, ({ nanoDollars }) => nanoDollars))}</Table.Th>
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

/** What is to be known of the requests of a row. */
function Marks({ row: { lost, late } }: { readonly row: Row }) {
  return [
    ...(lost > 0n ? [`${sayWhole(lost)} lost`] : []),
    ...(late > 0n ? [`${sayWhole(late)} of a closed month`] : []),
  ].map((words) => (
    <Badge
      key={words}
      ml="xs"
      variant="default"
      tt="none"
      leftSection={<IconAlertTriangle size={13} color="var(--mantine-color-orange-text)" aria-hidden />}
    >
      {words}
    </Badge>
  ));
}
