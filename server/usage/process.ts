/**
 * The process that makes the roll-ups, started by the gateway and gone with it. It adds new records to the sums every five
 * seconds, and reads records for scans: work that would hold up requests where they are served. What it waits for is its own
 * disk and its own connections; the gateway gives it less of the processor than it has itself. Records are sealed here too
 * (see ../audit/keep-sealed.ts): one process costs less memory than two.
 */
import { setPriority } from 'node:os';
import { z } from 'zod';
import { keepSealed } from '../audit/keep-sealed.ts';
import type { Group } from './groups.ts';
import { rebuildUsage } from './rebuild.ts';
import { OtherRecords, rollStep } from './roller.ts';
import { openUsageStores } from './stores.ts';
import { type Job, type Progress, sumHere } from './summing.ts';
import { Teams } from './teams.ts';

/** What the gateway asks of the process. */
export type ToProcess =
  | { readonly kind: 'sum'; readonly id: number; readonly job: Job }
  | { readonly kind: 'cancel'; readonly id: number };

/** What the process says. */
export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'told'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'done'; readonly id: number; readonly groups: readonly Group[] }
  | { readonly kind: 'failed'; readonly id: number; readonly why: string };

const ROLL_EVERY_MS = 5_000;
/** A tenth of what the gateway gets where both want the processor: then sums fall behind, and answers read more records. */
const PRIORITY = 10;

const settings = z.object({ dataDir: z.string(), databaseUrl: z.string().optional() });

async function main(): Promise<void> {
  const { dataDir, databaseUrl } = settings.parse(JSON.parse(process.argv[2] ?? ''));
  // Not every system lets a program do this, and nothing depends on it.
  try {
    setPriority(PRIORITY);
  } catch {}
  const stores = await openUsageStores({ dataDir, databaseUrl });
  const summing = sumHere(stores);
  const running = new Map<number, AbortController>();
  const say = (message: FromProcess): void => void process.send?.(message);

  process.on('disconnect', () => process.exit(0));
  // The gateway says when to end: it finishes its requests first.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('message', (given: unknown) => {
    const message = z.custom<ToProcess>((one) => typeof one === 'object' && one !== null && 'kind' in one).parse(given);
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const { id, job } = message;
    const cancel = new AbortController();
    running.set(id, cancel);
    summing
      .sum(job, (progress) => say({ kind: 'told', id, progress }), cancel.signal)
      .then(
        (groups) => say({ kind: 'done', id, groups }),
        (error: unknown) => say({ kind: 'failed', id, why: String(error) }),
      )
      .finally(() => running.delete(id));
  });
  say({ kind: 'ready' });
  void keepSealed({ dataDir, databaseUrl });

  const teams = new Teams(stores.control);
  let failures = 0;
  for (;;) {
    try {
      while ((await rollStep(stores, teams)) > 0) failures = 0;
    } catch (error) {
      if (error instanceof OtherRecords) {
        console.warn('The records are not those that usage was summed up from. Summing it up again from all of them.');
        await rebuildUsage(stores, () => {});
        continue;
      }
      // A database that is down for a while would fill the log.
      failures += 1;
      if (failures === 1) console.error('Usage could not be added to its sums, and is tried again:', error);
    }
    await new Promise((resolve) => setTimeout(resolve, ROLL_EVERY_MS));
  }
}

main().catch((error: unknown) => {
  console.error('The summing up of usage has stopped:', error);
  process.exit(1);
});
