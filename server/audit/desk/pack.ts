/** The evidence of one change: its entry, the entries that led to it and followed from it, and the drawings before and after. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { digestOf } from '../../control/digest.ts';
import type { HistoryRow } from '../../control/history.ts';
import { findVersion } from '../../control/versions.ts';
import { SignalboxError } from '../../errors.ts';
import type { ExportEntries, ExportedDocument } from '../export.ts';
import type { ReviewedChange } from './changes.ts';

const afterSchema = z.object({ liveVersion: z.number().optional(), digest: z.string().optional() });

/** What belongs to the evidence of a change. */
export async function packOf(db: Knex, organisation: string, change: ReviewedChange): Promise<ExportEntries> {
  const { sequence, objectType, objectId, action, judgement } = change;
  const entries = new Set([sequence, ...(judgement?.followedUp ? [judgement.followedUp] : [])]);
  const add = async (query: Knex.QueryBuilder<HistoryRow, HistoryRow[]>): Promise<void> => {
    const found: number[] = await query.where({ organisation }).pluck('sequence');
    for (const one of found) entries.add(one);
  };
  const history = () => db<HistoryRow>('history');
  const requests = (judgement?.approvals ?? []).flatMap(({ request }) => (request === null ? [] : [request]));
  await add(
    history()
      .where({ object_type: 'approval' })
      .whereIn('object_id', [...new Set(requests)]),
  );
  if (objectType === 'budget_request')
    await add(history().where({ object_type: objectType, object_id: objectId, action: 'budget_request.create' }));
  if (action !== 'version.publish' && action !== 'version.restore')
    return { entries: [...entries].sort((a, b) => a - b), documents: [] };

  const ofPolicy = () =>
    history().where({ object_type: 'policy', object_id: objectId }).where('sequence', '<', sequence);
  const versions = ['version.publish', 'version.restore'];
  const before = await ofPolicy()
    .where({ organisation })
    .whereIn('action', versions)
    .orderBy('sequence', 'desc')
    .first();
  if (before) entries.add(before.sequence);
  // Who worked on the draft since.
  await add(
    ofPolicy()
      .whereIn('action', ['policy.create', 'draft.save'])
      .where('sequence', '>', before?.sequence ?? 0),
  );
  const documents = await shownOf(db, organisation, requests);
  for (const after of [before ? JSON.parse(before.after_json ?? '{}') : null, change.after]) {
    const { liveVersion, digest } = afterSchema.safeParse(after).data ?? {};
    if (liveVersion === undefined || digest === undefined) continue;
    const graph = await graphOf(db, organisation, objectId, liveVersion);
    // One that was upgraded since is another text than the one that was published.
    if (graph !== null && digestOf(graph) === digest)
      documents.push({ title: `the drawing of version ${liveVersion}`, digest, value: graph });
  }
  return { entries: [...entries].sort((a, b) => a - b), documents };
}

/** What those who approved were shown, as it was then. */
async function shownOf(db: Knex, organisation: string, requests: readonly string[]): Promise<ExportedDocument[]> {
  const rows: { shown_json: string; shown_digest: string }[] = await db('approval_requests')
    .where({ organisation })
    .whereIn('id', [...new Set(requests)])
    .select('shown_json', 'shown_digest');
  return rows.map(({ shown_json, shown_digest: digest }) => ({
    title: 'what was shown to those who were asked to approve it',
    digest,
    value: JSON.parse(shown_json),
  }));
}

async function graphOf(db: Knex, organisation: string, policy: string, version: number): Promise<unknown> {
  try {
    return (await findVersion(db, organisation, policy, version)).graph;
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'not_found') return null;
    throw error;
  }
}
