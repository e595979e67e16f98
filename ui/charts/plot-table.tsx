import { Button, Table } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../app/words.ts';
import { momentWords, type Plot, sayCell, UNIT_WORDS } from './plot.ts';

/** Rows that are shown before somebody asks for all of them. */
const FEW = 60;

interface Props {
  readonly plot: Plot;
  /** Places of the first and the last moment that are shown. */
  readonly start: number;
  readonly end: number;
}

/** The values of a plot in rows, one for each moment. */
export function PlotTable({ plot: { title, moments, series, unit, step, timeZone }, start, end }: Props) {
  const [all, setAll] = useState(false);
  const say = momentWords(step, timeZone);
  const rows = moments.map((at, i) => ({ at, i })).slice(start, end + 1);
  const shown = all ? rows : rows.slice(0, FEW);
  return (
    <>
      <Table.ScrollContainer minWidth={120 + 110 * series.length} maxHeight={420} tabIndex={0} aria-label={title}>
        <Table verticalSpacing={6} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Time</Table.Th>
              {series.map(({ label }) => (
                <Table.Th key={label} ta="right">
                  {label} ({UNIT_WORDS[unit]})
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ at, i }) => (
              <Table.Tr key={at}>
                <Table.Th scope="row" fw={400}>
                  {say(at)}
                </Table.Th>
                {series.map(({ label, values }) => {
                  const value = values[i] ?? null;
                  return (
                    <Table.Td key={label} ta="right">
                      {value === null ? '' : sayCell(value, unit)}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown.length < rows.length ? (
        <Button size="xs" variant="default" mt="xs" onClick={() => setAll(true)}>
          Show all {plural(rows.length, 'row')}
        </Button>
      ) : null}
    </>
  );
}
