/** Closing a month for good. */
import { SignalboxError } from '../errors.ts';
import { digestOfFile, writeExport } from '../months/export.ts';
import { sumRecords } from '../months/lines.ts';
import { type MonthCalendar, type Span, sayMonth } from '../months/month.ts';
import type { RecordStore } from '../records/record.ts';
import type { ControlStore } from './control.ts';
import { correctionsIn } from './corrections.ts';
import type { Actor } from './history.ts';
import {
  type ClosedMonthRow,
  closedSummary,
  exportOf,
  firstEntry,
  type MonthSources,
  type MonthSummary,
  projectNames,
  totalsOf,
} from './month-accounts.ts';
import { readCalendar } from './month-calendar.ts';

const refused = (month: string, why: string) =>
  new SignalboxError('month_not_closable', { month: sayMonth(month), why });

function requireEnded(calendar: MonthCalendar, month: string, now: number): Span {
  if (calendar.closed.some((one) => one.month === month)) {
    throw refused(month, 'it is closed already, and a month is closed once and for good');
  }
  const span = calendar.spanOf(month);
  if (span === null) throw refused(month, 'nothing was in it, and a later month is closed already');
  if (now < span.to) throw refused(month, 'it has not ended yet. Close it once its last day is over');
  return span;
}

/**
 * Closes a month: its account and both files are kept as they are now, and whatever comes later counts in a later month.
 * Throws `month_not_closable` for a month that has not ended, is closed, comes after one that is open, or has requests
 * under way.
 */
export async function closeMonth(
  store: ControlStore,
  records: MonthSources['records'] & Pick<RecordStore, 'openIntents' | 'freezeBefore'>,
  gateway: string,
  actor: Actor,
  month: string,
  reason: string,
): Promise<MonthSummary> {
  const { organisation } = actor;
  const { db } = store;
  const calendar = await readCalendar(db, organisation);
  const span = requireEnded(calendar, month, Date.now());
  const first = await firstEntry({ db, records }, organisation, calendar.openFrom ?? 0);
  if (first !== null && first < span.from) {
    const earlier = sayMonth(calendar.monthAt(first));
    throw refused(month, `${earlier} comes before it and is still open. Close the months in their order`);
  }
  const open = (await records.openIntents(gateway)).filter(
    (intent) => intent.organisation === organisation && intent.at < span.to,
  );
  if (open.length > 0) {
    const requests = open.length === 1 ? 'a request of it is' : `${open.length} requests of it are`;
    throw refused(month, `${requests} still under way. Wait until they have ended, then close it`);
  }
  // From here on its records are always the same ones: what is read now is what it holds for good.
  await records.freezeBefore(organisation, span.to);
  const lines = await sumRecords(records, organisation, span, calendar);
  const change = { action: 'month.close', objectType: 'month', objectId: month, reason };
  return store.change(actor, change, async (trx) => {
    const now = Date.now();
    const current = await readCalendar(trx, organisation);
    const { from, to } = requireEnded(current, month, now);
    if (from !== span.from || to !== span.to) {
      throw refused(month, 'the time zone was changed in the meantime. Look at it again, then close it');
    }
    const corrections = await correctionsIn(trx, organisation, span, current);
    const account = exportOf(month, current, span, lines, corrections, await projectNames(trx, organisation));
    const [csv, json] = [writeExport(account, 'csv'), writeExport(account, 'json')];
    const row: ClosedMonthRow = {
      organisation,
      month,
      starts_at: from,
      ends_at: to,
      time_zone: current.zone,
      reason,
      closed_by: actor.id,
      closed_at: now,
      summary_json: JSON.stringify(totalsOf(account)),
      csv_file: csv,
      csv_digest: digestOfFile(csv),
      json_file: json,
      json_digest: digestOfFile(json),
    };
    await trx('closed_months').insert(row);
    const { requests, nanoDollars } = account.totals;
    const after = {
      from,
      to,
      timeZone: current.zone,
      requests,
      nanoDollars,
      csvDigest: row.csv_digest,
      jsonDigest: row.json_digest,
    };
    return { before: null, after, value: closedSummary(row) };
  });
}
