import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeCsv } from '../../../server/months/csv.ts';
import { type MonthExport, writeExport } from '../../../server/months/export.ts';
import type { Plot } from '../../../ui/charts/plot.ts';
import { writeCsv as writePlot } from '../../../ui/charts/plot-csv.ts';
import { ROOT } from '../../program.ts';

/** What programs for tables take for the beginning of a formula, or skip before one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const dangerous = fc
  .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '"', ',', ''), fc.string())
  .map(([first, rest]) => `${first}${rest}`);

const PLOT: Plot = {
  title: 'Cost',
  description: '',
  unit: 'usd',
  step: 'day',
  timeZone: 'UTC',
  form: 'lines',
  moments: [0],
  series: [],
};
const cellsOf = (csv: string): string[][] => parse(csv, { relax_column_count: true, skip_empty_lines: false });

it('no text in a file of the gateway is a formula, and none is lost', () => {
  fc.assert(
    fc.property(dangerous, dangerous, (one, other) => {
      const [head, row] = cellsOf(writeCsv(['name', 'other', 'cost'], [[one, other, { number: '-1.5' }]]));
      expect(head).toEqual(['name', 'other', 'cost']);
      expect(row).toHaveLength(3);
      for (const [place, text] of [one, other].entries()) {
        expect(row?.[place]).not.toMatch(FORMULA);
        expect(row?.[place]).toBe(FORMULA.test(text) ? `'${text}` : text);
      }
      expect(row?.[2]).toBe('-1.5');
    }),
  );
});

it('no text in a plot’s file is a formula', () => {
  fc.assert(
    fc.property(dangerous, (label) => {
      const series = [{ label, values: [-2_000_000_000] }];
      const [head, row] = cellsOf(writePlot({ ...PLOT, series }, 0, 0));
      expect(head).toHaveLength(2);
      expect(head?.[1]).not.toMatch(FORMULA);
      expect(head?.[1]).toContain(`${label} (`);
      expect(row).toEqual(['1970-01-01T00:00:00.000Z', '-2']);
    }),
  );
});

it('no name and no reason in a month’s file is a formula', () => {
  fc.assert(
    fc.property(dangerous, (text) => {
      const amounts = {
        requests: '1',
        inputTokens: '1',
        cachedInputTokens: '0',
        outputTokens: '1',
        nanoDollars: '-5',
        dollars: '-0.000000005',
      };
      const line = {
        kind: 'correction',
        team: text,
        project: text,
        projectId: 'prj_1',
        costCentre: text,
        model: text,
        ...amounts,
        refersTo: text,
        reason: text,
      } satisfies MonthExport['lines'][number];
      const account: MonthExport = {
        month: '2026-01',
        timeZone: 'UTC',
        currency: 'USD',
        lines: [line],
        totals: amounts,
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-02-01T00:00:00.000Z',
      };
      const [head = [], row = []] = cellsOf(writeExport(account, 'csv'));
      expect(row).toHaveLength(head.length);
      for (const [place, name] of head.entries()) {
        if (!name.startsWith('cost_') || name === 'cost_centre') expect(row[place], name).not.toMatch(FORMULA);
      }
    }),
  );
});

it('there are two writers of such files, one on each side, and both are tried here', () => {
  const writers = ['server', 'ui', 'policies'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `${folder}/${file}`)
      .filter((file) => /csv-stringify|replaceAll\('"', '""'\)/.test(readFileSync(join(ROOT, file), 'utf8'))),
  );
  expect(writers.sort()).toEqual(['server/months/csv.ts', 'ui/charts/plot-csv.ts']);
});
