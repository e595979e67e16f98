/**
 * Makes all roll-ups anew from the records, beside those in use, and puts them in their place at once. The gateway and its
 * roller may run on: what they add to the old sums meanwhile is in the new ones too, or comes after their cursor.
 */
import { randomUUID } from 'node:crypto';
import { rollStep } from './roller.ts';
import { lastPosition } from './source.ts';
import type { UsageStores } from './stores.ts';
import { CURSORS, type Cursor, cursorOf, makeSumsTable, NEXT_SUMS, SUMS, swapSums } from './tables.ts';
import { Teams } from './teams.ts';

/** More records to a step than the roller takes: nobody waits for these sums. */
const STEP = 10_000;

/**
 * Rebuilds the roll-ups; `say` is told how far it is. Gives how many records were read. Throws a sentence where another
 * rebuilding has begun meanwhile, which then goes on instead.
 */
export async function rebuildUsage(stores: UsageStores, say: (words: string) => void, step = STEP): Promise<number> {
  const { sums } = stores;
  const run = randomUUID();
  await sums.transaction(async (trx) => {
    // Changes nothing, and makes another one that begins at the same time wait.
    await trx(CURSORS).where({ name: SUMS }).update({ name: SUMS });
    await trx(CURSORS).where({ name: NEXT_SUMS }).delete();
    await trx.schema.dropTableIfExists(NEXT_SUMS);
    await makeSumsTable(trx, NEXT_SUMS);
    await trx(CURSORS).insert({ name: NEXT_SUMS, position: 0, record: '', run });
  });

  const teams = new Teams(stores.control);
  const last = await lastPosition(stores);
  let read = 0;
  for (;;) {
    const added = await rollStep(stores, teams, NEXT_SUMS, step).catch(async (error: unknown) => {
      await ownCursor(stores, run);
      throw error;
    });
    const cursor = await ownCursor(stores, run);
    read += added;
    if (added < step) break;
    say(`${read} records read, ${Math.min(100, Math.floor((cursor.position / Math.max(1, last)) * 100))} %.`);
  }

  const { position, record } = await ownCursor(stores, run);
  await sums.transaction(async (trx) => {
    if ((await trx(CURSORS).where({ name: NEXT_SUMS }).where('run', 'like', `${run}%`).delete()) !== 1)
      throw anotherBegan();
    await trx(CURSORS).where({ name: SUMS }).update({ position, record, run });
    await swapSums(trx);
  });
  return read;
}

async function ownCursor({ sums }: UsageStores, run: string): Promise<Cursor> {
  const cursor = await cursorOf(sums, NEXT_SUMS);
  if (!cursor?.run.startsWith(run)) throw anotherBegan();
  return cursor;
}

const anotherBegan = () => new Error('Another rebuilding of the usage roll-ups has begun; this one has ended.');
