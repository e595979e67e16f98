/** Policies and their drafts: the working copy that may have problems and is never used for requests. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { GRAPH_SCHEMA, type Graph, graphSchema, type Layout, layoutSchema, parseGraph } from '../../policies/graph.ts';
import { kinds } from '../../policies/kinds/index.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema, parseInput, sayIssues } from './input.ts';
import { findProject, requireFreeName } from './organisations.ts';

const policyNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'The name of a policy has lower-case letters, digits and "-", at most 63');

export const policyInputSchema = z.strictObject({
  name: policyNameSchema,
  title: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2000).default(''),
  project: idSchema.nullable().default(null).meta({ description: 'Null for a policy of the whole organisation.' }),
  graph: z.unknown().optional().meta({ description: 'A graph to begin with; without it, a request node alone.' }),
  layout: layoutSchema.optional(),
});
export type PolicyInput = z.output<typeof policyInputSchema>;

export const policySchema = z.object({
  id: z.string(),
  project: z.string().nullable(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  liveVersion: z.int().nullable(),
  createdAt: momentSchema,
});
export type Policy = z.infer<typeof policySchema>;

export const draftSchema = z.object({
  policy: z.string(),
  graph: graphSchema,
  layout: layoutSchema,
  revision: z.int(),
  owner: z.string(),
  updatedAt: momentSchema,
});
export type Draft = z.infer<typeof draftSchema>;

export interface PolicyRow {
  readonly id: string;
  readonly organisation: string;
  readonly project: string | null;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly live_version: number | null;
  readonly created_at: number;
}

interface DraftRow {
  readonly policy: string;
  readonly organisation: string;
  readonly project: string | null;
  readonly graph_json: string;
  readonly layout_json: string;
  readonly revision: number;
  readonly owner: string;
  readonly updated_at: number;
}

const toPolicy = (row: PolicyRow): Policy => ({
  id: row.id,
  project: row.project,
  name: row.name,
  title: row.title,
  description: row.description,
  liveVersion: row.live_version,
  createdAt: row.created_at,
});

const toDraft = (row: DraftRow): Draft => ({
  policy: row.policy,
  graph: parseGraph(JSON.parse(row.graph_json)),
  layout: layoutSchema.parse(JSON.parse(row.layout_json)),
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

/** A drawing with nothing but the place where requests enter. */
function emptyGraph(): Graph {
  const settings = kinds.request.settings.parse(kinds.request.initial);
  const node = {
    id: 'request',
    kind: 'request',
    title: kinds.request.title,
    settings: z.record(z.string(), z.unknown()).parse(settings),
  };
  return { schema: GRAPH_SCHEMA, nodes: [node], edges: [] };
}

const emptyLayout = (): Layout => ({ positions: { request: { x: 0, y: 0 } }, stickies: [] });

export async function listPolicies(db: Knex, organisation: string): Promise<Policy[]> {
  return (await db<PolicyRow>('policies').where({ organisation }).orderBy('name')).map(toPolicy);
}

/** The policy of an organisation by its id; throws `not_found`. */
export async function findPolicy(db: Knex, organisation: string, id: string): Promise<Policy> {
  const row = await db<PolicyRow>('policies').where({ organisation, id }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'policy of that id' });
  return toPolicy(row);
}

/** Creates a policy with a draft, and no version yet. */
export async function createPolicy(
  store: ControlStore,
  actor: Actor,
  input: PolicyInput,
): Promise<{ readonly policy: Policy; readonly draft: Draft }> {
  const { organisation } = actor;
  const { name, title, description, project } = input;
  const graph = input.graph === undefined ? emptyGraph() : readGraph(input.graph);
  const layout = input.layout ?? (input.graph === undefined ? emptyLayout() : { positions: {}, stickies: [] });
  const id = newId('pol');
  const change = { action: 'policy.create', objectType: 'policy', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    if (project !== null) await findProject(trx, organisation, project);
    await requireFreeName(trx, 'policies', organisation, name, null);
    const now = Date.now();
    const row: PolicyRow = { id, organisation, project, name, title, description, live_version: null, created_at: now };
    const draft: DraftRow = {
      policy: id,
      organisation,
      project,
      graph_json: JSON.stringify(graph),
      layout_json: JSON.stringify(layout),
      revision: 1,
      owner: actor.id,
      updated_at: now,
    };
    await trx('policies').insert(row);
    await trx('drafts').insert(draft);
    return {
      before: null,
      after: { name, title, description, project, graph: digestOf(graph) },
      value: { policy: toPolicy(row), draft: toDraft(draft) },
    };
  });
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
  graph: Graph,
  layout: Layout,
): Promise<Draft> {
  const draft: Draft = {
    policy: old.policy,
    graph,
    layout,
    revision: old.revision + 1,
    owner: actor.id,
    updatedAt: Date.now(),
  };
  await trx('drafts')
    .where({ policy: old.policy })
    .update({
      graph_json: JSON.stringify(graph),
      layout_json: JSON.stringify(layout),
      revision: draft.revision,
      owner: draft.owner,
      updated_at: draft.updatedAt,
    });
  return draft;
}

/** What the history keeps of a draft: drafts are saved often, so not their text. */
const sayDraft = (draft: Draft) => ({
  revision: draft.revision,
  graph: digestOf(draft.graph),
  layout: digestOf(draft.layout),
});

/** Saves a draft, problems and all; throws `conflict` when someone else has saved it since `revision`. */
export async function saveDraft(
  store: ControlStore,
  actor: Actor,
  policy: string,
  input: { readonly graph: unknown; readonly layout: unknown; readonly revision: number },
): Promise<Draft> {
  const graph = readGraph(input.graph);
  const layout = parseInput(layoutSchema, input.layout);
  const change = { action: 'draft.save', objectType: 'policy', objectId: policy, reason: null };
  return store.change(actor, change, async (trx) => {
    const old = await findDraft(trx, actor.organisation, policy);
    requireRevision(old, input.revision);
    const draft = await replaceDraft(trx, actor, old, graph, layout);
    return { before: sayDraft(old), after: sayDraft(draft), value: draft };
  });
}
