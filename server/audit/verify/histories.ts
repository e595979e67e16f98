/** Verifies the history of every organisation: its chain, its tree, and the checkpoints over it. */
import { verifyHistory } from '../../control/history.ts';
import { type LogStores, logOf } from '../logs.ts';
import type { PublicKey } from '../signing-key.ts';
import { CLOCK_STEP_MS, type Report, sayClock } from './report.ts';
import { TreeCheck } from './tree-check.ts';

const SAY_EVERY = 10_000;

export interface HistoryCounts {
  readonly organisations: number;
  readonly entries: number;
  readonly checkpoints: number;
}

/** Verifies all histories; `say` is told how far it is. */
export async function verifyHistories(
  stores: LogStores,
  key: PublicKey | null,
  report: Report,
  say: (words: string) => void,
): Promise<HistoryCounts> {
  let [entries, checkpoints] = [0, 0];
  const organisations = await organisationsOf(stores);
  for (const id of organisations) {
    const tree = await TreeCheck.begin(stores, { kind: 'history', id }, key, report);
    let last = 0;
    const check = await verifyHistory(stores.control, id, async ({ sequence, at, hash }) => {
      if (at + CLOCK_STEP_MS < last) {
        report.remark('history', `entry ${sequence} of the organisation ${id}`, sayClock(last, at));
      }
      last = at;
      await tree.append(hash);
      entries += 1;
      if (entries % SAY_EVERY === 0) say(`${entries} entries of the history read.`);
    });
    if (!check.ok) report.fault('history', `entry ${check.sequence} of the organisation ${id}`, check.why);
    await tree.finish(check.ok);
    checkpoints += tree.checkpoints;
  }
  return { organisations: organisations.length, entries, checkpoints };
}

/** Every organisation that any table of the history names, also where only traces of it are left. */
async function organisationsOf({ control }: LogStores): Promise<string[]> {
  const entries: string[] = await control('history').distinct().pluck('organisation');
  const heads: string[] = await control('history_heads').pluck('organisation');
  const trees: string[] = await control('trees').pluck('log');
  const signed: string[] = await control('checkpoints').distinct().pluck('log');
  const logs = [...trees, ...signed].flatMap((name) => logOf(name) ?? []);
  const ofLogs = logs.filter(({ kind }) => kind === 'history').map(({ id }) => id);
  return [...new Set([...entries, ...heads, ...ofLogs])].sort();
}
