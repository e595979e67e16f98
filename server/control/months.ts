/** An organisation's months: what there are, and what was charged in each. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import {
  digestOfFile,
  type ExportFormat,
  exportLineSchema,
  monthExportSchema,
  teamTotals,
  writeExport,
} from '../months/export.ts';
import { sumRecords } from '../months/lines.ts';
import { correctionSchema, correctionsIn } from './corrections.ts';
import {
  CLOSED_HEAD,
  type ClosedMonthHead,
  type ClosedMonthRow,
  closedSummary,
  exportOf,
  firstEntry,
  type MonthSources,
  type MonthSummary,
  monthSummarySchema,
  projectNames,
  totalsOf,
} from './month-accounts.ts';
import { readCalendar } from './month-calendar.ts';

export const monthDetailSchema = z.object({
  ...monthSummarySchema.shape,
  lines: z.array(exportLineSchema),
  corrections: z.array(correctionSchema),
});

/** Months with anything in them and the running one, the newest first; the month in which corrections count now. */
export async function listMonths(
  sources: MonthSources,
  organisation: string,
): Promise<{ timeZone: string; countsIn: string; months: MonthSummary[] }> {
  const { db, records } = sources;
  const calendar = await readCalendar(db, organisation);
  const names = await projectNames(db, organisation);
  const now = Date.now();
  const rows: ClosedMonthHead[] = await db('closed_months').where({ organisation }).select(CLOSED_HEAD);
  const months = rows.map(closedSummary);
  const running = calendar.monthAt(now);
  const open: string[] = [];
  for (let from = calendar.openFrom ?? 0; ; ) {
    const at = await firstEntry(sources, organisation, from);
    const month = at === null ? running : calendar.monthAt(at);
    if (month >= running) break;
    open.push(month);
    from = calendar.spanOf(month)?.to ?? Number.MAX_SAFE_INTEGER;
  }
  for (const month of [...open, running]) {
    const span = calendar.spanOf(month);
    if (span === null) continue;
    const totals = await records.postedTotals(organisation, span.from, span.to);
    const corrections = await correctionsIn(db, organisation, span, calendar);
    const costs = [
      ...totals.map(({ project, cost }) => ({ project, cost })),
      ...corrections.map(({ project, amount }) => ({ project, cost: BigInt(amount) })),
    ];
    months.push({
      month,
      ...span,
      timeZone: calendar.zone,
      ended: now >= span.to,
      closed: null,
      requests: String(totals.reduce((sum, { requests }) => sum + requests, 0)),
      nanoDollars: String(costs.reduce((sum, { cost }) => sum + cost, 0n)),
      teams: teamTotals(costs.map(({ project, cost }) => ({ team: names.get(project)?.team ?? '', cost }))),
    });
  }
  return {
    timeZone: calendar.zone,
    countsIn: calendar.monthAt(calendar.openFrom ?? now),
    months: months.sort((a, b) => (a.month < b.month ? 1 : -1)),
  };
}

/** The account of a month that is open, as of now. Throws `not_found` where it has not begun or nothing was ever in it. */
async function openAccount(sources: MonthSources, organisation: string, month: string) {
  const { db, records } = sources;
  const calendar = await readCalendar(db, organisation);
  const span = calendar.spanOf(month);
  if (span === null || span.from > Date.now()) throw new SignalboxError('not_found', { what: 'such month' });
  const lines = await sumRecords(records, organisation, span, calendar);
  const corrections = await correctionsIn(db, organisation, span, calendar);
  const names = await projectNames(db, organisation);
  const account = exportOf(month, calendar, span, lines, corrections, names);
  return { account, corrections, span };
}

async function findClosed(db: Knex, organisation: string, month: string): Promise<ClosedMonthRow | undefined> {
  return db<ClosedMonthRow>('closed_months').where({ organisation, month }).first();
}

/** A month line by line: as it was closed, or as of now. Throws `not_found`. */
export async function readMonth(
  sources: MonthSources,
  organisation: string,
  month: string,
): Promise<z.infer<typeof monthDetailSchema>> {
  const { db } = sources;
  const row = await findClosed(db, organisation, month);
  if (row) {
    const { lines } = monthExportSchema.parse(JSON.parse(row.json_file));
    const calendar = await readCalendar(db, organisation);
    const corrections = await correctionsIn(db, organisation, { from: row.starts_at, to: row.ends_at }, calendar);
    return { ...closedSummary(row), lines, corrections };
  }
  const { account, corrections, span } = await openAccount(sources, organisation, month);
  return {
    month,
    ...span,
    timeZone: account.timeZone,
    ended: Date.now() >= span.to,
    closed: null,
    ...totalsOf(account),
    lines: account.lines,
    corrections,
  };
}

/** A month's file: the frozen bytes of a closed month, or the account as of now. Throws `not_found`. */
export async function readExport(
  sources: MonthSources,
  organisation: string,
  month: string,
  format: ExportFormat,
): Promise<{ readonly text: string; readonly digest: string }> {
  const row = await findClosed(sources.db, organisation, month);
  if (row) {
    return format === 'csv'
      ? { text: row.csv_file, digest: row.csv_digest }
      : { text: row.json_file, digest: row.json_digest };
  }
  const text = writeExport((await openAccount(sources, organisation, month)).account, format);
  return { text, digest: digestOfFile(text) };
}
