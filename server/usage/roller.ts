/**
 * Adds records to the roll-ups after they have been committed. Each step takes the records that came after the cursor and
 * adds them up in memory; then one short transaction adds the sums to the tables and moves the cursor. So every record is
 * added once, also when the process is killed in the middle or two of them run at a time.
 */
import { slotsOf } from './batch.ts';
import { type RecordUsage, usageOfRecord } from './of-record.ts';
import { lastPosition, type PlacedRecord, recordsFrom } from './source.ts';
import type { UsageStores } from './stores.ts';
import { type Cursor, cursorOf, SUMS, type SumsTable } from './tables.ts';
import type { Teams } from './teams.ts';
import { addToSums } from './writing.ts';

/** Records of one step: the more there are, the more often their sums meet in the same rows. */
const STEP = 5_000;

/** The records are not those that were summed up: they have been restored from a backup, or lost in a power cut. */
export class OtherRecords extends Error {}

/**
 * One step. Gives how many records were added: when that is `limit`, there may be more. Throws `OtherRecords` where only
 * making all sums anew helps.
 */
export async function rollStep(
  stores: UsageStores,
  teams: Teams,
  table: SumsTable = SUMS,
  limit = STEP,
): Promise<number> {
  const cursor = await cursorOf(stores.sums, table);
  if (!cursor) throw new Error('The usage roll-ups have no cursor.');
  const page = await followingRecords(stores, cursor, limit);
  const last = page.at(-1);
  if (!last) return 0;
  const teamOf = await teams.of(new Set(page.map(({ record }) => record.project)));
  const usages: RecordUsage[] = [];
  for (const { record } of page) {
    const usage = usageOfRecord(record, teamOf);
    if (usage) usages.push(usage);
  }
  const next = { position: last.position, record: last.record.id };
  await addToSums(stores.sums, table, cursor, next, slotsOf(usages));
  return page.length;
}

async function followingRecords(stores: UsageStores, cursor: Cursor, limit: number): Promise<PlacedRecord[]> {
  const page = await recordsFrom(stores, cursor.position, limit + 1);
  if (cursor.position === 0) return page.slice(0, limit);
  const [first, ...following] = page;
  if (first?.position === cursor.position) {
    if (first.record.id !== cursor.record) throw new OtherRecords();
    return following;
  }
  if ((await lastPosition(stores)) < cursor.position) throw new OtherRecords();
  return page.slice(0, limit);
}
