/** Requests for approval as they stand: what was asked for, who approved it, who still may, and how it ended. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Place } from '../../policies/access/ability.ts';
import { SignalboxError } from '../errors.ts';
import { type ApprovalRule, readRule } from './approval-rules.ts';
import { approvingPeople, authorsOfDraft, placeIn } from './approvals-people.ts';
import { type ShownForApproval, shownSchema } from './approvals-shown.ts';
import { digestOf } from './digest.ts';
import type { Draft } from './drafts.ts';
import { momentSchema } from './input.ts';
import { countOpenComments } from './open-comments.ts';
import { findPolicy } from './policies.ts';

/** How a request can have ended; while it is open, it is approved as soon as enough people have. */
const ENDED = ['refused', 'void', 'withdrawn', 'published'] as const;
export type Ended = (typeof ENDED)[number];

const approvalSchema = z
  .object({
    person: z.string(),
    at: momentSchema,
    words: z.string().nullable(),
    counts: z.boolean().meta({ description: 'False where that person may not approve it any more.' }),
  })
  .meta({ id: 'Approval' });

export const approvalRequestSchema = z
  .object({
    id: z.string(),
    policy: z.string(),
    title: z.string().meta({ description: 'What the policy is called.' }),
    revision: z.int(),
    digest: z.string().meta({ description: 'SHA-256 of the drawing that is asked about.' }),
    baseVersion: z.int().nullable().meta({ description: 'The version that was live; null where none was.' }),
    author: z.string(),
    reason: z.string(),
    at: momentSchema,
    state: z.enum(['open', 'approved', ...ENDED]).meta({
      description:
        '`approved`: it can be published; `refused`: sent back with words; `void`: the draft was edited since.',
    }),
    needed: z.int().meta({
      description:
        'How many approvals the rule of the policy asks for now; of one that has ended, how many there were.',
    }),
    approvals: z.array(approvalSchema),
    waitingFor: z.array(z.string()).meta({ description: 'Ids of the people who may approve it now.' }),
    answer: z.string().nullable().meta({ description: 'What was said when it ended.' }),
    endedBy: z.string().nullable(),
    endedAt: momentSchema.nullable(),
    version: z.int().nullable().meta({ description: 'The version that it became.' }),
    openComments: z.int().meta({
      description: 'How many comments on it are not settled; while it is open, those on nodes of the draft too.',
    }),
  })
  .meta({ id: 'ApprovalRequest' });
export type ApprovalRequest = z.output<typeof approvalRequestSchema>;

/** A row without what was shown, which is as large as two drawings. */
export interface RequestRow {
  readonly id: string;
  readonly organisation: string;
  readonly policy: string;
  readonly open_policy: string | null;
  readonly revision: number;
  readonly digest: string;
  readonly tests_digest: string;
  readonly base_version: number | null;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
  readonly state: 'open' | Ended;
  readonly answer: string | null;
  readonly ended_by: string | null;
  readonly ended_at: number | null;
  readonly version: number | null;
}

export interface ApprovalRow {
  readonly request: string;
  readonly person: string;
  readonly organisation: string;
  readonly words: string | null;
  readonly at: number;
}

const COLUMNS = [
  ...(['id', 'organisation', 'policy', 'open_policy', 'revision', 'digest', 'tests_digest', 'base_version'] as const),
  ...(['author', 'reason', 'at', 'state', 'answer', 'ended_by', 'ended_at', 'version'] as const),
];

const requests = (db: Knex) => db<RequestRow>('approval_requests').select(COLUMNS);

/** What approvals are for: the drawing and the tests, wherever things stand on the canvas. */
export interface DraftDigests {
  readonly digest: string;
  readonly tests: string;
}

export const digestsOf = ({ graph, tests }: Pick<Draft, 'graph' | 'tests'>): DraftDigests => ({
  digest: digestOf(graph),
  tests: digestOf(tests),
});

/** Whether a request is about exactly this draft. */
export const isOf = (row: RequestRow, { digest, tests }: DraftDigests): boolean =>
  row.digest === digest && row.tests_digest === tests;

/** Who may approve the draft of a policy now, and what its rule asks for. */
export interface Approving {
  readonly rule: ApprovalRule;
  readonly place: Place;
  /** Ids of those whose roles let them approve, and whom the rule takes. */
  readonly people: ReadonlySet<string>;
  /** Ids of those who drew it: their approval does not count. */
  readonly authors: ReadonlySet<string>;
}

/** Reads who may approve the draft of a policy now; throws `not_found`. */
export async function readApproving(db: Knex, organisation: string, policy: string): Promise<Approving> {
  const place = await placeIn(db, organisation, policy);
  const { rule } = await readRule(db, organisation, policy);
  const able = await approvingPeople(db, organisation, place);
  const people = new Set([...able].filter((id) => rule.by === null || rule.by.includes(id)));
  return { rule, place, people, authors: await authorsOfDraft(db, organisation, policy) };
}

const mayStill = ({ people, authors }: Approving, asked: RequestRow, person: string): boolean =>
  people.has(person) && !authors.has(person) && asked.author !== person;

/** All approvals that a request was given. */
export const approvalsOf = (db: Knex, request: string): Promise<ApprovalRow[]> =>
  db<ApprovalRow>('approvals').where({ request }).orderBy(['at', 'person']);

/** The approvals of a request that count now. */
const counting = (approving: Approving, asked: RequestRow, approvals: readonly ApprovalRow[]): ApprovalRow[] =>
  approvals.filter(({ person }) => mayStill(approving, asked, person));

/** A request as it stands now. */
export async function toRequest(db: Knex, row: RequestRow): Promise<ApprovalRequest> {
  const { organisation, policy } = row;
  const { title } = await findPolicy(db, organisation, policy);
  const given = await approvalsOf(db, row.id);
  const approving = row.state === 'open' ? await readApproving(db, organisation, policy) : null;
  const counted = approving === null ? given : counting(approving, row, given);
  const needed = approving?.rule.approvals ?? given.length;
  const done = new Set(given.map(({ person }) => person));
  const able = [...(approving?.people ?? [])].filter((id) => approving !== null && mayStill(approving, row, id));
  return {
    id: row.id,
    policy,
    title,
    revision: row.revision,
    digest: row.digest,
    baseVersion: row.base_version,
    author: row.author,
    reason: row.reason,
    at: row.at,
    needed,
    state: approving !== null && counted.length >= needed ? 'approved' : row.state,
    approvals: given.map((one) => ({
      person: one.person,
      at: one.at,
      words: one.words,
      counts: counted.includes(one),
    })),
    waitingFor: able.filter((id) => !done.has(id)),
    answer: row.answer,
    endedBy: row.ended_by,
    endedAt: row.ended_at,
    version: row.version,
    openComments: await countOpenComments(db, row),
  };
}

const MOST_LISTED = 200;

/** The requests of an organisation, the newest first: those that are open, or all of them; of one policy where it is given. */
export async function listRequests(
  db: Knex,
  organisation: string,
  { state, policy }: { readonly state?: 'open' | undefined; readonly policy?: string | undefined },
): Promise<ApprovalRequest[]> {
  const query = requests(db).where({ organisation });
  if (state !== undefined) query.where({ state });
  if (policy !== undefined) query.where({ policy });
  const rows: RequestRow[] = await query.orderBy([{ column: 'at', order: 'desc' }, 'id']).limit(MOST_LISTED);
  const found: ApprovalRequest[] = [];
  for (const row of rows) found.push(await toRequest(db, row));
  return found;
}

/** The row of a request; throws `not_found`. */
export async function requestRow(db: Knex, organisation: string, id: string): Promise<RequestRow> {
  const row = await requests(db).where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'request for approval of that id' });
  return row;
}

/** One request with what publishing showed when it was made; throws `not_found`. */
export async function findRequest(
  db: Knex,
  organisation: string,
  id: string,
): Promise<{ readonly request: ApprovalRequest; readonly shown: ShownForApproval }> {
  const request = await toRequest(db, await requestRow(db, organisation, id));
  const [shown]: string[] = await db('approval_requests').where({ id }).pluck('shown_json');
  return { request, shown: shownSchema.parse(JSON.parse(shown ?? 'null')) };
}

/** The request that is open for a policy. */
export const findOpen = (db: Knex, policy: string): Promise<RequestRow | undefined> =>
  requests(db).where({ open_policy: policy }).first();

/** An approval as the history of a version names it. */
export interface NamedApproval {
  readonly person: string;
  readonly at: number;
  readonly request: string;
}

/** The approvals that count now for exactly this draft. */
export async function countedApprovals(
  trx: Knex,
  approving: Approving,
  policy: string,
  draft: DraftDigests,
): Promise<NamedApproval[]> {
  const open = await findOpen(trx, policy);
  if (!open || !isOf(open, draft)) return [];
  const given = counting(approving, open, await approvalsOf(trx, open.id));
  return given.map(({ person, at, request }) => ({ person, at, request }));
}
