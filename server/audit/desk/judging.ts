/**
 * Which changes a reviewer looks at first: those that nobody else had a hand in, those that were approved by who made them,
 * emergencies that nobody has followed up, and those without a reason. The rules of then are those that the entry names.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import { changedWork } from '../../control/draft-work.ts';
import type { HistoryRow } from '../../control/history.ts';

/** In the order in which they are shown. */
export const FLAGS = ['unapproved', 'self_approved', 'emergency', 'no_reason'] as const;
export type Flag = (typeof FLAGS)[number];

/** Flags that are found by looking at what led to a change; the other is seen on its entry. */
type FoundFlag = Exclude<Flag, 'no_reason'>;

export interface Approval {
  /** Id of who approved. */
  readonly person: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Id of the request for approval; null for what is approved without one. */
  readonly request: string | null;
}

export interface Judgement {
  /** Null where there is nothing to be looked at first. */
  readonly flag: FoundFlag | null;
  /** In one sentence, without names. */
  readonly words: string;
  readonly approvals: readonly Approval[];
  /** How many approvals the rules of then asked for; null for none. */
  readonly needed: number | null;
  /** Ids of those who made what was changed. */
  readonly authors: readonly string[];
  readonly emergency: boolean;
  /** The entry by which an emergency was followed up. */
  readonly followedUp: number | null;
}

/** Actions that can have such flags. */
export const JUDGED = ['version.publish', 'version.restore', 'budget_request.grant'] as const;

const approvalSchema = z.object({ person: z.string(), at: z.number(), request: z.string().nullish() });
const publishedSchema = z.object({
  liveVersion: z.number().optional(),
  restored: z.number().optional(),
  approvals: z.array(approvalSchema).default([]),
  approvalRule: z.looseObject({ approvals: z.number() }).nullish(),
  emergency: z.boolean().default(false),
});

const readAfter = (row: Pick<HistoryRow, 'after_json'>): unknown => JSON.parse(row.after_json ?? '{}');

/** The program's own hand, at its first start. */
const ITSELF = 'system';
/** Ids in one statement. */
const AT_ONCE = 200;

type Work = Pick<HistoryRow, 'sequence' | 'actor' | 'action' | 'object_id' | 'before_json' | 'after_json'>;

async function inParts<T>(ids: readonly string[], read: (part: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (let i = 0; i < ids.length; i += AT_ONCE) found.push(...(await read(ids.slice(i, i + AT_ONCE))));
  return found;
}

/** Judges entries of the actions `JUDGED`; by their sequence. */
export async function judge(
  db: Knex,
  organisation: string,
  rows: readonly HistoryRow[],
): Promise<ReadonlyMap<number, Judgement>> {
  const judged = new Map<number, Judgement>();
  const published = rows.filter(({ object_type }) => object_type === 'policy');
  for (const [sequence, judgement] of await judgePublished(db, organisation, published))
    judged.set(sequence, judgement);
  const granted = rows.filter(({ object_type }) => object_type === 'budget_request');
  for (const [sequence, judgement] of await judgeGranted(db, organisation, granted)) judged.set(sequence, judgement);
  return judged;
}

async function judgePublished(
  db: Knex,
  organisation: string,
  rows: readonly HistoryRow[],
): Promise<Map<number, Judgement>> {
  const wanted = new Map(rows.map((row) => [row.sequence, row]));
  const policies = [...new Set(rows.map(({ object_id }) => object_id))];
  const last = Math.max(0, ...wanted.keys());
  const works = await inParts(policies, (part) =>
    db<HistoryRow>('history')
      .where({ organisation, object_type: 'policy' })
      .whereIn('object_id', part)
      .whereIn('action', ['policy.create', 'draft.save', 'version.publish', 'version.restore'])
      .where('sequence', '<=', last)
      .orderBy('sequence')
      .select<Work[]>('sequence', 'actor', 'action', 'object_id', 'before_json', 'after_json'),
  );
  const followUps = await followUpsOf(db, organisation);
  const judged = new Map<number, Judgement>();
  /** Who has worked on each policy's draft since its last version, and who had a hand in each version. */
  const open = new Map<string, Set<string>>();
  const hands = new Map<string, Set<string>>();
  for (const work of works) {
    const { object_id: policy, actor, action, sequence } = work;
    const authors = open.get(policy) ?? new Set<string>();
    if (action === 'policy.create' || action === 'draft.save') {
      if (action === 'policy.create' || changedWork(work)) open.set(policy, authors.add(actor));
      continue;
    }
    const parsed = publishedSchema.safeParse(readAfter(work));
    const said = parsed.success ? parsed.data : publishedSchema.parse({});
    // A version that is published again was made by those who had a hand in it then.
    const before = said.restored === undefined ? authors : (hands.get(`${policy}@${said.restored}`) ?? new Set());
    hands.set(
      `${policy}@${said.liveVersion}`,
      new Set([...before, actor, ...said.approvals.map(({ person }) => person)]),
    );
    if (said.restored === undefined) open.delete(policy);
    if (wanted.has(sequence)) {
      const followedUp = followUps.get(`${policy}@${said.liveVersion}`) ?? null;
      judged.set(sequence, judgeOne(actor, [...before], said, followedUp));
    }
  }
  return judged;
}

function judgeOne(
  actor: string,
  authors: readonly string[],
  { approvals: given, approvalRule, emergency, restored }: z.output<typeof publishedSchema>,
  followedUp: number | null,
): Judgement {
  const approvals = given.map(({ request, ...rest }) => ({ ...rest, request: request ?? null }));
  const needed = approvalRule?.approvals || null;
  const about = { approvals, needed, authors, emergency, followedUp };
  const others = approvals.filter(({ person }) => !authors.includes(person));
  const people = new Set([...authors, actor]);
  if (emergency) {
    return followedUp === null
      ? { ...about, flag: 'emergency', words: 'Published in an emergency, and nobody has followed it up yet.' }
      : { ...about, flag: null, words: 'Published in an emergency, and followed up since.' };
  }
  if (approvals.length > 0 && others.length === 0) {
    return { ...about, flag: 'self_approved', words: 'Approved only by people who had worked on it themselves.' };
  }
  if (needed !== null && others.length < needed) {
    const has = others.length === 0 ? 'none' : others.length;
    return {
      ...about,
      flag: 'unapproved',
      words: `The rules of then asked for ${needed} approvals by others, and it has ${has}.`,
    };
  }
  if (others.length > 0) return { ...about, flag: null, words: 'Approved by somebody who had not worked on it.' };
  if (actor === ITSELF)
    return { ...about, flag: null, words: 'Came with the program, and was published at its first start.' };
  if (people.size > 1) {
    return {
      ...about,
      flag: null,
      words: 'No approval was asked for then; it was published by somebody else than who made it.',
    };
  }
  const why =
    restored === undefined
      ? 'No approval was asked for then; who made it published it, and nobody else had a hand in it.'
      : 'No approval was asked for then; who published it had made that version too, and nobody else had a hand in it.';
  return { ...about, flag: 'unapproved', words: why };
}

const followUpSchema = z.object({ version: z.number() });

/** Entries by which emergencies were followed up, by policy and version. */
async function followUpsOf(db: Knex, organisation: string): Promise<ReadonlyMap<string, number>> {
  const rows: HistoryRow[] = await db<HistoryRow>('history').where({ organisation, action: 'emergency.follow_up' });
  const found = new Map<string, number>();
  for (const row of rows) {
    const said = followUpSchema.safeParse(readAfter(row));
    if (said.success) found.set(`${row.object_id}@${said.data.version}`, row.sequence);
  }
  return found;
}

/** More of a budget is granted by somebody else than who asked. */
async function judgeGranted(
  db: Knex,
  organisation: string,
  rows: readonly HistoryRow[],
): Promise<Map<number, Judgement>> {
  const asked = await inParts([...new Set(rows.map(({ object_id }) => object_id))], (part) =>
    db<HistoryRow>('history')
      .where({ organisation, object_type: 'budget_request', action: 'budget_request.create' })
      .whereIn('object_id', part)
      .select<Pick<HistoryRow, 'object_id' | 'actor'>[]>('object_id', 'actor'),
  );
  const askers = new Map(asked.map(({ object_id, actor }) => [object_id, actor]));
  return new Map(
    rows.map(({ sequence, object_id, actor, at }): [number, Judgement] => {
      const asker = askers.get(object_id);
      const about = {
        approvals: [{ person: actor, at, request: null }],
        needed: 1,
        authors: asker === undefined ? [] : [asker],
        emergency: false,
        followedUp: null,
      };
      return asker === actor
        ? [sequence, { ...about, flag: 'self_approved', words: 'Granted by the person who had asked for it.' }]
        : [sequence, { ...about, flag: null, words: 'Granted by somebody else than who had asked for it.' }];
    }),
  );
}
