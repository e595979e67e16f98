/** Making a policy: from nothing, or from a graph. From a template: `templates.ts`. */
import { z } from 'zod';
import { GRAPH_SCHEMA, type Graph, type Layout, layoutSchema } from '../../policies/graph.ts';
import { kinds } from '../../policies/kinds/index.ts';
import { type PolicyTest, policyTestsSchema } from '../../policies/policy-test.ts';
import type { ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import { beginDraft, type Draft, readGraph } from './drafts.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema } from './input.ts';
import { findProject, requireFreeName } from './organisations.ts';
import { descriptionSchema, type Policy, type PolicyRow, policyNameSchema, titleSchema, toPolicy } from './policies.ts';

export const policyInputSchema = z
  .strictObject({
    name: policyNameSchema,
    title: titleSchema.optional().meta({ description: 'That of the template, or the name, where it is not given.' }),
    description: descriptionSchema.optional(),
    project: idSchema.nullable().default(null).meta({ description: 'Null for a policy of the whole organisation.' }),
    template: idSchema.optional().meta({ description: 'The template to begin with, by its name.' }),
    graph: z.unknown().optional().meta({ description: 'A graph to begin with; without it, a request node alone.' }),
    layout: layoutSchema.optional(),
    tests: policyTestsSchema.optional(),
  })
  .refine(
    ({ template, graph, layout, tests }) => template === undefined || (graph ?? layout ?? tests) === undefined,
    'A template brings its graph, layout and tests: leave them out, or leave out the template',
  );

/** What a policy begins with. */
export interface PolicyInput {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** Null for a policy of the whole organisation. */
  readonly project: string | null;
  /** Read as a graph from outside; a request node alone where it is not given. */
  readonly graph?: unknown;
  readonly layout?: Layout | undefined;
  readonly tests?: readonly PolicyTest[] | undefined;
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

/** A policy that was just made. */
export interface NewPolicy {
  readonly policy: Policy;
  readonly draft: Draft;
}

/** Creates a policy with a draft, and no version yet. */
export async function createPolicy(store: ControlStore, actor: Actor, input: PolicyInput): Promise<NewPolicy> {
  const { organisation } = actor;
  const { name, title = name, description = '', project, tests = [] } = input;
  const graph = input.graph === undefined ? emptyGraph() : readGraph(input.graph);
  const layout = input.layout ?? (input.graph === undefined ? emptyLayout() : { positions: {}, stickies: [] });
  const id = newId('pol');
  const change = { action: 'policy.create', objectType: 'policy', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    if (project !== null) await findProject(trx, organisation, project);
    await requireFreeName(trx, 'policies', organisation, name, null);
    const row: PolicyRow = {
      id,
      organisation,
      project,
      name,
      title,
      description,
      live_version: null,
      archived_at: null,
      created_at: Date.now(),
    };
    await trx('policies').insert(row);
    const draft = await beginDraft(trx, actor, row, { graph, layout, tests });
    return {
      before: null,
      after: { name, title, description, project, graph: digestOf(graph), tests: digestOf(tests) },
      value: { policy: toPolicy(row), draft },
    };
  });
}
