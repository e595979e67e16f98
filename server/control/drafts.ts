/** Drafts: the working copy of a policy, which may have problems and is never used for requests. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Graph, graphSchema, type Layout, layoutSchema, parseGraph } from '../../policies/graph.ts';
import { type PolicyTest, policyTestsSchema } from '../../policies/policy-test.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import type { Actor } from './history.ts';
import { momentSchema, parseInput, sayIssues } from './input.ts';
import { findPolicy, requireActive } from './policies.ts';

export const draftSchema = z.object({
  policy: z.string(),
  graph: graphSchema,
  layout: layoutSchema,
  tests: policyTestsSchema,
  revision: z.int(),
  owner: z.string(),
  updatedAt: momentSchema,
});
export type Draft = z.infer<typeof draftSchema>;

/** What is worked on, and what a version publishes. */
export interface PolicyContent {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly tests: readonly PolicyTest[];
}

/** Content as its columns hold it. */
export interface ContentColumns {
  readonly graph_json: string;
  readonly layout_json: string;
  readonly tests_json: string;
}

interface DraftRow extends ContentColumns {
  readonly policy: string;
  readonly organisation: string;
  readonly project: string | null;
  readonly revision: number;
  readonly owner: string;
  readonly updated_at: number;
}

export const contentColumns = ({ graph, layout, tests }: PolicyContent): ContentColumns => ({
  graph_json: JSON.stringify(graph),
  layout_json: JSON.stringify(layout),
  tests_json: JSON.stringify(tests),
});

/** Stored content, brought up to the schema of today. */
export const readContent = (row: ContentColumns) => ({
  graph: parseGraph(JSON.parse(row.graph_json)),
  layout: layoutSchema.parse(JSON.parse(row.layout_json)),
  tests: policyTestsSchema.parse(JSON.parse(row.tests_json)),
});

const toDraft = (row: DraftRow): Draft => ({
  policy: row.policy,
  ...readContent(row),
  revision: row.revision,
  owner: row.owner,
  updatedAt: row.updated_at,
});

/** Reads a graph from outside; throws `invalid_input` where it is no document of this or an older schema. */
export function readGraph(value: unknown): Graph {
  try {
    return parseGraph(value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error instanceof z.ZodError ? sayIssues(error) : error.message.replace(/\.$/, '');
    throw new SignalboxError('invalid_input', { why: `graph: ${why}` });
  }
}

/** Puts the first draft of a policy that is being made beside it. */
export async function beginDraft(
  trx: Knex.Transaction,
  actor: Actor,
  policy: { readonly id: string; readonly project: string | null },
  content: PolicyContent,
): Promise<Draft> {
  const row: DraftRow = {
    policy: policy.id,
    organisation: actor.organisation,
    project: policy.project,
    ...contentColumns(content),
    revision: 1,
    owner: actor.id,
    updated_at: Date.now(),
  };
  await trx('drafts').insert(row);
  return toDraft(row);
}

/** The draft of a policy; throws `not_found`. */
export async function findDraft(db: Knex, organisation: string, policy: string): Promise<Draft> {
  const row = await db<DraftRow>('drafts').where({ organisation, policy }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'policy of that id' });
  return toDraft(row);
}

/** Throws `conflict` with the draft as it is now, unless it still has the revision that the caller knows. */
export function requireRevision(draft: Draft, revision: number): void {
  if (draft.revision === revision) return;
  throw new SignalboxError('conflict', { what: 'The draft', revision: draft.revision, current: draft });
}

/** Writes a draft in a change that is under way, over the one that the caller has read there. */
export async function replaceDraft(
  trx: Knex.Transaction,
  actor: Actor,
  old: Draft,
  content: PolicyContent,
): Promise<Draft> {
  const written = {
    ...contentColumns(content),
    revision: old.revision + 1,
    owner: actor.id,
    updated_at: Date.now(),
  };
  const { policy } = old;
  await trx('drafts').where({ policy }).update(written);
  return {
    policy,
    ...readContent(written),
    revision: written.revision,
    owner: actor.id,
    updatedAt: written.updated_at,
  };
}

/** What the history keeps of a draft: drafts are saved often, so not their text. */
export const sayDraft = ({ revision, graph, layout, tests }: Draft) => ({
  revision,
  graph: digestOf(graph),
  layout: digestOf(layout),
  tests: digestOf(tests),
});

/**
 * Saves a draft, problems and all; tests that are not given stay as they are. Throws `conflict` when someone else has saved
 * it since `revision`, and `policy_archived`.
 */
export async function saveDraft(
  store: ControlStore,
  actor: Actor,
  policy: string,
  input: {
    readonly graph: unknown;
    readonly layout: unknown;
    readonly tests?: readonly PolicyTest[] | undefined;
    readonly revision: number;
  },
): Promise<Draft> {
  const graph = readGraph(input.graph);
  const layout = parseInput(layoutSchema, input.layout);
  const change = { action: 'draft.save', objectType: 'policy', objectId: policy, reason: null };
  return store.change(actor, change, async (trx) => {
    requireActive(await findPolicy(trx, actor.organisation, policy));
    const old = await findDraft(trx, actor.organisation, policy);
    requireRevision(old, input.revision);
    const draft = await replaceDraft(trx, actor, old, { graph, layout, tests: input.tests ?? old.tests });
    return { before: sayDraft(old), after: sayDraft(draft), value: draft };
  });
}
