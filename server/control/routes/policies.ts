/** Policies, their drafts, and trying them out. */
import { z } from 'zod';
import { layoutSchema } from '../../../policies/graph.ts';
import { checkIn } from '../house.ts';
import { idSchema } from '../input.ts';
import {
  createPolicy,
  draftSchema,
  findDraft,
  findPolicy,
  listPolicies,
  policyInputSchema,
  policySchema,
  readGraph,
  saveDraft,
} from '../policies.ts';
import { defineRoute, type Route } from '../route.ts';
import { simulateDraft, simulationInputSchema, simulationSchema } from '../simulation.ts';

const policy = policySchema.meta({ id: 'Policy' });
const draft = draftSchema.meta({ id: 'Draft' });
const problem = z
  .object({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    node: z.string().nullable(),
    field: z.string().nullable(),
    message: z.string(),
    fix: z.string(),
  })
  .meta({ id: 'Problem' });
const params = z.strictObject({ policy: idSchema });

export const policyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/policies',
    tag: 'Policies',
    summary: 'All policies by name.',
    status: 200,
    response: z.object({ policies: z.array(policy) }),
    handle: async (_input, { control, actor }) => ({ policies: await listPolicies(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/policies',
    tag: 'Policies',
    summary: 'Create a policy with a draft, from a graph or from nothing.',
    status: 201,
    errors: ['not_found', 'already_exists'],
    body: policyInputSchema,
    response: z.object({ policy, draft }),
    handle: ({ body }, { control, actor }) => createPolicy(control, actor, body),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}',
    tag: 'Policies',
    summary: 'One policy.',
    status: 200,
    errors: ['not_found'],
    params,
    response: policy,
    handle: (input, { control, actor }) => findPolicy(control.db, actor.organisation, input.params.policy),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/draft',
    tag: 'Policies',
    summary: 'The draft of a policy.',
    status: 200,
    errors: ['not_found'],
    params,
    response: draft,
    handle: (input, { control, actor }) => findDraft(control.db, actor.organisation, input.params.policy),
  }),
  defineRoute({
    method: 'put',
    path: '/policies/{policy}/draft',
    tag: 'Policies',
    summary: 'Save the draft, problems and all. A conflict carries the draft as it is now in `details.current`.',
    status: 200,
    errors: ['not_found', 'conflict'],
    params,
    body: z.strictObject({ graph: z.unknown(), layout: layoutSchema, revision: z.int().min(1) }),
    response: draft,
    handle: (input, { control, actor }) => saveDraft(control, actor, input.params.policy, input.body),
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/check',
    reads: true,
    tag: 'Policies',
    summary: 'The problems of a graph, or of the draft where none is given.',
    status: 200,
    errors: ['not_found'],
    params,
    body: z.strictObject({ graph: z.unknown().optional() }),
    response: z.object({ problems: z.array(problem) }),
    handle: async (input, { control, deps, actor }) => {
      const stored = await findDraft(control.db, actor.organisation, input.params.policy);
      const graph = input.body.graph === undefined ? stored.graph : readGraph(input.body.graph);
      return { problems: checkIn(control.snapshot(), deps, graph, actor.organisation) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/simulate',
    reads: true,
    tag: 'Policies',
    summary: 'What a policy would do with a request, without calling anyone or holding anything.',
    status: 200,
    errors: ['not_found', 'invalid_graph', 'invalid_tags'],
    params,
    body: simulationInputSchema,
    response: simulationSchema,
    handle: (input, { control, deps, actor }) => simulateDraft(control, deps, actor, input.params.policy, input.body),
  }),
];
