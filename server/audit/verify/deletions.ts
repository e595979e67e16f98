/** Verifies tombstones: each deletes what the chain knows, and an entry of the history says the same. */
import { canonicalJson, sha256 } from '../../control/digest.ts';
import type { HistoryRow } from '../../control/history.ts';
import { deletionAction, deletionEntry, type Tombstone } from '../deletion.ts';
import type { LogStores } from '../logs.ts';
import type { ChainRow } from '../record-digest.ts';
import type { Report } from './report.ts';

const PAGE = 200;

/** Verifies all tombstones, and looks for those that are missing; gives how many there are. */
export async function verifyDeletions(stores: LogStores, report: Report): Promise<number> {
  const { control, records } = stores;
  const known = new Set<string>();
  for (let after: readonly [string, string] = ['', '']; ; ) {
    const page: Tombstone[] = await records<Tombstone>('record_tombstones')
      .whereRaw('(record, what) > (?, ?)', [...after])
      .orderBy(['record', 'what'])
      .limit(PAGE);
    for (const tombstone of page) {
      known.add(`${tombstone.record} ${tombstone.what}`);
      const why = await faultOf(stores, tombstone);
      if (why !== null) report.fault('record_tombstones', `${tombstone.what} of ${tombstone.record}`, why);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = [last.record, last.what];
  }
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
  return known.size;
}

async function faultOf({ control, records }: LogStores, tombstone: Tombstone): Promise<string | null> {
  const { record, what, organisation, actor, reason, digest } = tombstone;
  if (!Object.hasOwn(deletionAction, what)) return 'It does not say whether a content or a record was deleted.';
  const link = await records<ChainRow>('record_chain').where({ record }).first();
  if (!link) return 'It is of a record that was never sealed.';
  if (digest !== (what === 'record' ? link.digest : link.content_digest))
    return 'Its digest is not that of what was sealed.';
  const entries: HistoryRow[] = await control<HistoryRow>('history').where({
    ...{ organisation, actor, reason },
    ...{ object_type: 'record', object_id: record, action: deletionAction[what] },
    after_digest: sha256(canonicalJson(deletionEntry(tombstone))),
  });
  return entries.length > 0
    ? null
    : 'No entry of the history says the same: it was altered, or nobody has deleted anything.';
}
