/** Verifies tombstones: each deletes what the chain knows, and the history says the same, of each or of the run that it is of. */
import { canonicalJson, sha256 } from '../../control/digest.ts';
import type { HistoryRow } from '../../control/history.ts';
import { deletionAction, deletionEntry, type Tombstone } from '../deletion.ts';
import { DELETION_BEGIN, DELETION_END, TombstoneSum } from '../deletion-runs.ts';
import type { LogStores } from '../logs.ts';
import type { ChainRow } from '../record-digest.ts';
import type { Report } from './report.ts';

const PAGE = 500;

/** The tombstones of one run, and the first of them. */
interface FoundRun {
  readonly sum: TombstoneSum;
  readonly first: Tombstone;
}

/** Verifies all tombstones, and looks for those that are missing; gives how many there are. */
export async function verifyDeletions(stores: LogStores, report: Report): Promise<number> {
  const { records } = stores;
  const alone = new Set<string>();
  const runs = new Map<string, FoundRun>();
  let count = 0;
  for (let after: readonly [string, string] = ['', '']; ; ) {
    const page: Tombstone[] = await records<Tombstone>('record_tombstones')
      .whereRaw('(record, what) > (?, ?)', [...after])
      .orderBy(['record', 'what'])
      .limit(PAGE);
    const links = await linksOf(records, page);
    for (const tombstone of page) {
      const { record, what, run } = tombstone;
      count += 1;
      let why = faultOfLink(tombstone, links.get(record));
      if (run === null) {
        alone.add(`${record} ${what}`);
        why ??= await faultOfEntry(stores, tombstone);
      } else {
        const known = runs.get(run) ?? { sum: new TombstoneSum(), first: tombstone };
        runs.set(run, known);
        known.sum.add(tombstone);
      }
      if (why !== null) report.fault('record_tombstones', `${what} of ${record}`, why);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = [last.record, last.what];
  }
  await checkMissing(stores, alone, report);
  await checkRuns(stores, runs, report);
  return count;
}

async function linksOf(records: LogStores['records'], page: readonly Tombstone[]): Promise<Map<string, ChainRow>> {
  const ids = page.map(({ record }) => record);
  const links: ChainRow[] = await records<ChainRow>('record_chain').whereIn('record', ids);
  return new Map(links.map((link) => [link.record, link]));
}

function faultOfLink({ what, digest }: Tombstone, link: ChainRow | undefined): string | null {
  if (!Object.hasOwn(deletionAction, what)) return 'It does not say whether a content or a record was deleted.';
  if (!link) return 'It is of a record that was never sealed.';
  return digest === (what === 'record' ? link.digest : link.content_digest)
    ? null
    : 'Its digest is not that of what was sealed.';
}

async function faultOfEntry({ control }: LogStores, tombstone: Tombstone): Promise<string | null> {
  const { record, what, organisation, actor, reason } = tombstone;
  const entries: HistoryRow[] = await control<HistoryRow>('history').where({
    organisation,
    actor,
    reason,
    object_type: 'record',
    object_id: record,
    action: deletionAction[what],
    after_digest: sha256(canonicalJson(deletionEntry(tombstone))),
  });
  return entries.length > 0
    ? null
    : 'No entry of the history says the same: it was altered, or nobody has deleted anything.';
}

/** Entries of single deletions whose tombstone is not there. */
async function checkMissing({ control }: LogStores, known: ReadonlySet<string>, report: Report): Promise<void> {
  const entries: Pick<HistoryRow, 'organisation' | 'sequence' | 'action' | 'object_id'>[] = await control<HistoryRow>(
    'history',
  )
    .whereIn('action', Object.values(deletionAction))
    .select('organisation', 'sequence', 'action', 'object_id');
  for (const { organisation, sequence, action, object_id } of entries) {
    const what = action === deletionAction.record ? 'record' : 'content';
    if (known.has(`${object_id} ${what}`)) continue;
    const place = `${what} of ${object_id}`;
    report.fault(
      'record_tombstones',
      place,
      `Entry ${sequence} of the organisation ${organisation} says that it was deleted, and the tombstone is missing.`,
    );
  }
}

type RunEntry = Pick<
  HistoryRow,
  'organisation' | 'sequence' | 'action' | 'object_id' | 'actor' | 'reason' | 'after_digest'
>;

/** Compares runs with the entries that say that they began and what they have deleted. */
async function checkRuns(
  { control, records }: LogStores,
  runs: ReadonlyMap<string, FoundRun>,
  report: Report,
): Promise<void> {
  const entries: RunEntry[] = await control<HistoryRow>('history')
    .whereIn('action', [DELETION_BEGIN, DELETION_END])
    .select('organisation', 'sequence', 'action', 'object_id', 'actor', 'reason', 'after_digest');
  const ended = new Set<string>();
  for (const { object_id: run, action, after_digest, organisation, sequence } of entries) {
    if (action !== DELETION_END) continue;
    ended.add(run);
    const deleted = (runs.get(run)?.sum ?? new TombstoneSum()).end();
    if (after_digest === sha256(canonicalJson(deleted))) continue;
    const says = `Entry ${sequence} of the organisation ${organisation} says what was deleted`;
    report.fault(
      'record_tombstones',
      `deletion ${run}`,
      `${says}, and its tombstones are others, or some are missing.`,
    );
  }
  const open = new Set<string>(await records('deletion_runs').whereNull('ended_at').pluck('id'));
  for (const [run, { first }] of runs) {
    if (ended.has(run)) continue;
    const { organisation, actor, reason } = first;
    const hasBegun = entries.some(
      (entry) =>
        entry.object_id === run &&
        entry.organisation === organisation &&
        entry.actor === actor &&
        entry.reason === reason,
    );
    const place = `deletion ${run}, with the ${first.what} of ${first.record}`;
    if (hasBegun && open.has(run))
      report.remark('record_tombstones', place, 'It is under way, and its last entry is to come.');
    else
      report.fault(
        'record_tombstones',
        place,
        'No entry of the history says so: it was altered, or nobody has deleted it.',
      );
  }
}
