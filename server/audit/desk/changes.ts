/** The changes of a period, those that a reviewer looks at first before all others, page by page. */
import type { Knex } from 'knex';
import { type HistoryEntry, type HistoryRow, toEntry } from '../../control/history.ts';
import { type ActionKind, actionsOf, type ChangeKind, isChange, kindOfAction } from './groups.ts';
import { FLAGS, type Flag, JUDGED, type Judgement, judge } from './judging.ts';

export interface ChangesFilter {
  readonly actor?: string | undefined;
  /** Id of a policy. */
  readonly policy?: string | undefined;
  readonly kind?: ChangeKind | undefined;
  readonly flag?: Flag | undefined;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface ReviewedChange extends HistoryEntry {
  readonly kind: ActionKind;
  readonly flags: readonly Flag[];
  /** Null where there are no approvals of such changes. */
  readonly judgement: Judgement | null;
}

export interface ChangesPage {
  readonly changes: readonly ReviewedChange[];
  /** The place of the following page, null on the last. */
  readonly next: string | null;
  readonly counts: Readonly<Record<Flag | 'all', number>>;
}

/** Where a page begins: a rank, and the sequence after which it goes on. Those without a reason come before the rest. */
interface Place {
  readonly rank: number;
  readonly sequence: number;
}
const WITHOUT_REASON = FLAGS.indexOf('no_reason');
const REST = FLAGS.length;

const readPlace = (text: string): Place | null => {
  const [, rank, sequence] = /^(\d)-(\d{1,15})$/.exec(text) ?? [];
  return rank === undefined || Number(rank) > REST ? null : { rank: Number(rank), sequence: Number(sequence) };
};

/** Whether a text is a place that a page can begin at. */
export const isPlace = (text: string): boolean => readPlace(text) !== null;

/** Who does what nobody has asked for, and needs no reason. */
const ITSELF = 'system';
const lacksReason = ({ reason, actor }: HistoryRow): boolean => reason === null && actor !== ITSELF;

const flagsOf = (row: HistoryRow, judgement: Judgement | null): Flag[] => [
  ...(judgement?.flag ? [judgement.flag] : []),
  ...(lacksReason(row) ? ['no_reason' as const] : []),
];

const toChange = (row: HistoryRow, judgement: Judgement | null): ReviewedChange => ({
  ...toEntry(row),
  kind: kindOfAction(row.action),
  flags: flagsOf(row, judgement),
  judgement,
});

/** What a filter lets through of the actions that count from the moment they are made. */
async function fitting(db: Knex, organisation: string, filter: ChangesFilter): Promise<() => Knex.QueryBuilder> {
  const { actor, policy, kind, from, to } = filter;
  const actions = await actionsOf(db, organisation, (one) => isChange(one) && (kind === undefined || one === kind));
  return () => {
    const query = db<HistoryRow>('history').where({ organisation }).whereIn('action', actions);
    if (actor !== undefined) query.where({ actor });
    if (policy !== undefined) query.where({ object_type: 'policy', object_id: policy });
    if (from !== undefined) query.where('at', '>=', from);
    if (to !== undefined) query.where('at', '<', to);
    return query;
  };
}

const lacking = (query: Knex.QueryBuilder): Knex.QueryBuilder => query.whereNull('reason').whereNot({ actor: ITSELF });
const having = (query: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.where((either) => either.whereNotNull('reason').orWhere({ actor: ITSELF }));

/** A page of changes: those with flags first, in the order of `FLAGS`, and the newest first among equals. */
export async function listChanges(
  db: Knex,
  organisation: string,
  filter: ChangesFilter,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<ChangesPage> {
  const changes = await fitting(db, organisation, filter);
  const rows: HistoryRow[] = await changes().whereIn('action', [...JUDGED]);
  const judged = await judge(db, organisation, rows);
  const rankOf = ({ sequence }: HistoryRow): number => {
    const flag = judged.get(sequence)?.flag;
    return flag ? FLAGS.indexOf(flag) : REST;
  };
  const found = rows.filter((row) => rankOf(row) < REST);
  found.sort((a, b) => rankOf(a) - rankOf(b) || b.sequence - a.sequence);
  const isFound = new Set(found.map(({ sequence }) => sequence));

  const place = readPlace(after ?? '') ?? { rank: 0, sequence: Number.MAX_SAFE_INTEGER };
  const isBehind = (rank: number, sequence: number): boolean =>
    rank > place.rank || (rank === place.rank && sequence < place.sequence);
  const page: { readonly rank: number; readonly row: HistoryRow }[] = [];
  const wanted = limit + 1;
  for (const row of found) {
    const rank = rankOf(row);
    const isAsked =
      filter.flag === undefined || FLAGS[rank] === filter.flag || (filter.flag === 'no_reason' && lacksReason(row));
    if (isAsked && isBehind(rank, row.sequence) && page.length < wanted) page.push({ rank, row });
  }
  for (const rank of [WITHOUT_REASON, REST]) {
    if (filter.flag !== undefined && FLAGS[rank] !== filter.flag) continue;
    let before = place.rank === rank ? place.sequence : Number.MAX_SAFE_INTEGER;
    while (place.rank <= rank && page.length < wanted) {
      const query = changes().where('sequence', '<', before).orderBy('sequence', 'desc').limit(wanted);
      const more: HistoryRow[] = await (rank === WITHOUT_REASON ? lacking(query) : having(query));
      for (const row of more) if (!isFound.has(row.sequence) && page.length < wanted) page.push({ rank, row });
      const last = more.at(-1);
      if (more.length < wanted || !last) break;
      before = last.sequence;
    }
  }

  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  const countOf = async (query: Knex.QueryBuilder): Promise<number> =>
    Number((await query.count({ n: '*' }))[0]?.n ?? 0);
  const flagged = (flag: Flag): number => found.filter((row) => FLAGS[rankOf(row)] === flag).length;
  return {
    changes: shown.map(({ row }) => toChange(row, judged.get(row.sequence) ?? null)),
    next: page.length > limit && last ? `${last.rank}-${last.row.sequence}` : null,
    counts: {
      all: await countOf(changes()),
      unapproved: flagged('unapproved'),
      self_approved: flagged('self_approved'),
      emergency: flagged('emergency'),
      no_reason: await countOf(lacking(changes())),
    },
  };
}

/** The entry at a place of the history, judged where it can be; undefined where there is none. */
export async function findChange(
  db: Knex,
  organisation: string,
  sequence: number,
): Promise<ReviewedChange | undefined> {
  const row: HistoryRow | undefined = await db<HistoryRow>('history').where({ organisation, sequence }).first();
  if (!row) return undefined;
  const isJudged = JUDGED.some((action) => action === row.action);
  const judged = isJudged ? await judge(db, organisation, [row]) : undefined;
  return toChange(row, judged?.get(sequence) ?? null);
}
