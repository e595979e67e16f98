/** Policies, their drafts, and trying them out. */
import { z } from 'zod';
import { canPublish } from '../../../policies/check.ts';
import { layoutSchema } from '../../../policies/graph.ts';
import { policyTestsSchema } from '../../../policies/policy-test.ts';
import { projectPlace, requireIn } from '../../access/places.ts';
import { SignalboxError } from '../../errors.ts';
import { voidOutdated } from '../approvals-steps.ts';
import { archivePolicy, unarchivePolicy } from '../archive.ts';
import { draftSchema, findDraft, readGraph, saveDraft } from '../drafts.ts';
import { checkIn, problemSchema } from '../house.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { createPolicy, policyInputSchema } from '../new-policy.ts';
import { placeOf } from '../organisation-policy.ts';
import { versionsFor } from '../pinned-versions.ts';
import { changePolicy, findPolicy, policyChangeSchema, policySchema } from '../policies.ts';
import { listedPolicySchema, listPolicies } from '../policy-list.ts';
import { failedTestSchema, failedTests } from '../policy-tests.ts';
import { defineRoute, type Route } from '../route.ts';
import { shippedPolicies } from '../shipped.ts';
import { simulateDraft, simulationInputSchema, simulationSchema } from '../simulation.ts';
import { createFromTemplate } from '../templates.ts';
import { deedOn } from './approval-parts.ts';

const policy = policySchema.meta({ id: 'Policy' });
const draft = draftSchema.meta({ id: 'Draft' });
const params = z.strictObject({ policy: idSchema });
const why = z.strictObject({ reason: reasonSchema });

export const policyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/policies',
    may: 'read policy',
    placed: 'handler',
    tag: 'Policies',
    summary: 'All policies by name: how their drafts stand, and what went through them in the last 24 hours.',
    status: 200,
    response: z.object({ policies: z.array(listedPolicySchema) }),
    handle: async (_input, context) => ({ policies: await listPolicies(context) }),
  }),
  defineRoute({
    method: 'post',
    path: '/policies',
    may: 'draft policy',
    placed: 'handler',
    tag: 'Policies',
    summary:
      'Create a policy with a draft, from a graph, from a template with the budgets that it needs, or from nothing.',
    status: 201,
    large: true,
    errors: ['not_found', 'already_exists'],
    body: policyInputSchema,
    response: z.object({ policy, draft }),
    handle: async ({ body }, { control, actor }) => {
      requireIn(actor, 'draft policy', projectPlace(control.snapshot(), body.project));
      if (body.template === undefined) return createPolicy(control, actor, body);
      const template = (await shippedPolicies()).find(({ name }) => name === body.template);
      if (!template) throw new SignalboxError('not_found', { what: 'template of that name' });
      return createFromTemplate(control, actor, template, body);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}',
    may: 'read policy',
    placed: 'policy',
    tag: 'Policies',
    summary: 'One policy.',
    status: 200,
    errors: ['not_found'],
    params,
    response: policy,
    handle: (input, { control, actor }) => findPolicy(control.db, actor.organisation, input.params.policy),
  }),
  defineRoute({
    method: 'patch',
    path: '/policies/{policy}',
    may: 'draft policy',
    placed: 'policy',
    tag: 'Policies',
    summary: 'Change title and description of a policy, and its name while no version of it was published.',
    status: 200,
    errors: ['not_found', 'already_exists', 'policy_archived'],
    params,
    body: policyChangeSchema,
    response: policy,
    handle: (input, { control, actor }) => changePolicy(control, actor, input.params.policy, input.body),
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/archive',
    may: 'publish policy',
    placed: 'policy',
    tag: 'Policies',
    summary: 'Put a policy away: it serves no request any more, and keeps its name, versions and records.',
    status: 200,
    errors: ['not_found', 'policy_archived', 'policy_is_default', 'policy_is_mandatory'],
    params,
    body: why,
    response: policy,
    handle: (input, { control, actor }) => archivePolicy(control, actor, input.params.policy, input.body.reason),
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/unarchive',
    may: 'publish policy',
    placed: 'policy',
    tag: 'Policies',
    summary: 'Take a policy out of the archive; its live version serves requests again.',
    status: 200,
    errors: ['not_found'],
    params,
    body: why,
    response: policy,
    handle: (input, { control, actor }) => unarchivePolicy(control, actor, input.params.policy, input.body.reason),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/draft',
    may: 'read policy',
    placed: 'policy',
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
    may: 'draft policy',
    placed: 'policy',
    tag: 'Policies',
    summary: 'Save the draft, problems and all. A conflict carries the draft as it is now in `details.current`.',
    status: 200,
    large: true,
    errors: ['not_found', 'conflict', 'policy_archived'],
    params,
    body: z.strictObject({
      graph: z.unknown(),
      layout: layoutSchema,
      tests: policyTestsSchema.optional().meta({ description: 'Those of before where they are not given.' }),
      revision: z.int().min(1),
    }),
    response: draft,
    handle: async (input, context) => {
      const { control, actor, deps } = context;
      const { saved, voided } = await control.together(async (store) => {
        const saved = await saveDraft(store, actor, input.params.policy, input.body);
        return { saved, voided: await voidOutdated(store, actor, saved) };
      });
      if (voided) deps.alerts.approvals.voided(voided, await deedOn(context, voided.policy));
      return saved;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/check',
    may: 'read policy',
    placed: 'policy',
    large: true,
    tag: 'Policies',
    summary: 'The problems of a graph, or of the draft where none is given.',
    status: 200,
    errors: ['not_found'],
    params,
    body: z.strictObject({ graph: z.unknown().optional() }),
    response: z.object({ problems: z.array(problemSchema) }),
    handle: async (input, { control, deps, actor }) => {
      const { organisation } = actor;
      const drawn = await findPolicy(control.db, organisation, input.params.policy);
      const stored = await findDraft(control.db, organisation, drawn.id);
      const graph = input.body.graph === undefined ? stored.graph : readGraph(input.body.graph);
      const versions = await versionsFor(control.db, organisation, [graph]);
      const snapshot = control.snapshot();
      const place = placeOf(snapshot, organisation, drawn);
      return { problems: checkIn(snapshot, deps, graph, organisation, versions, place) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/check',
    may: 'read policy',
    placed: 'handler',
    large: true,
    tag: 'Policies',
    summary:
      'The problems of a graph that need not be of any policy; where there are no errors, also the tests that it fails.',
    status: 200,
    body: z.strictObject({ graph: z.unknown(), tests: policyTestsSchema.default([]) }),
    response: z.object({ problems: z.array(problemSchema), failed: z.array(failedTestSchema) }),
    handle: async ({ body }, context) => {
      const { control, deps, actor } = context;
      const graph = readGraph(body.graph);
      const versions = await versionsFor(control.db, actor.organisation, [graph]);
      const snapshot = control.snapshot();
      const place = placeOf(snapshot, actor.organisation, null);
      const problems = checkIn(snapshot, deps, graph, actor.organisation, versions, place);
      return { problems, failed: canPublish(problems) ? await failedTests(context, graph, body.tests) : [] };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/simulate',
    may: 'read policy',
    placed: 'policy',
    large: true,
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
