/** Everything that one person or program did, whatever it was. */
import type { Knex } from 'knex';
import { type HistoryEntry, type HistoryRow, toEntry } from '../../control/history.ts';
import { type ActionKind, actionsOf, isChange, kindOfAction } from './groups.ts';

/** What of it is shown: everything that counts at once, or one of the other kinds. */
export const DEEDS = ['changes', 'drafts', 'approvals', 'sign-in', 'looking', 'files', 'programs'] as const;
export type Deed = (typeof DEEDS)[number];

export interface DeedsFilter {
  readonly actor: string;
  readonly what?: Deed | undefined;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface DeedEntry extends HistoryEntry {
  readonly kind: ActionKind;
}

/** A page of what an actor did, the newest first; `before` is the `next` of the page before. */
export async function listDeeds(
  db: Knex,
  organisation: string,
  { actor, what, from, to }: DeedsFilter,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ readonly entries: readonly DeedEntry[]; readonly next: number | null }> {
  const query = db<HistoryRow>('history').where({ organisation, actor });
  if (what !== undefined) {
    query.whereIn(
      'action',
      await actionsOf(db, organisation, (kind) => (what === 'changes' ? isChange(kind) : kind === what)),
    );
  }
  if (from !== undefined) query.where('at', '>=', from);
  if (to !== undefined) query.where('at', '<', to);
  if (before !== undefined) query.where('sequence', '<', before);
  const rows: HistoryRow[] = await query.orderBy('sequence', 'desc').limit(limit + 1);
  const shown = rows.slice(0, limit);
  return {
    entries: shown.map((row) => ({ ...toEntry(row), kind: kindOfAction(row.action) })),
    next: rows.length > limit ? (shown.at(-1)?.sequence ?? null) : null,
  };
}
