/** The organisation's own policy: reading it, choosing it, ending it. */
import { z } from 'zod';
import type { Graph } from '../../../policies/graph.ts';
import { checkIn } from '../house.ts';
import { idSchema, reasonSchema } from '../input.ts';
import {
  liveVersionFor,
  organisationPolicySchema,
  placeBeforeAll,
  readOrganisationPolicy,
  setOrganisationPolicy,
} from '../organisation-policy.ts';
import { versionsFor } from '../pinned-versions.ts';
import { defineRoute, type Route } from '../route.ts';

const answer = z.object({
  policy: organisationPolicySchema.nullable().meta({ description: 'Null where no policy runs before the others.' }),
});

export const organisationPolicyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/organisation/policy',
    may: 'read house',
    tag: 'Projects',
    summary: 'The policy that runs before every other one, with the version that is live.',
    status: 200,
    response: answer,
    handle: async (_input, { control, actor }) => ({
      policy: await readOrganisationPolicy(control.db, control.snapshot(), actor.organisation),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/organisation/policy',
    may: 'rule policy',
    tag: 'Projects',
    summary: 'Let a policy of the organisation run before every other one, or end that.',
    status: 200,
    errors: ['not_found', 'policy_archived', 'invalid_graph'],
    body: z.strictObject({
      policy: idSchema.nullable().meta({ description: 'Null for none.' }),
      reason: reasonSchema,
    }),
    response: answer,
    handle: async ({ body }, { control, deps, actor }) => {
      const { organisation } = actor;
      const chosen = body.policy === null ? null : await liveVersionFor(control.db, organisation, body.policy);
      const versions = await versionsFor(control.db, organisation, chosen ? [chosen.graph] : []);
      const check = (graph: Graph) => {
        const snapshot = control.snapshot();
        const place = placeBeforeAll(snapshot, organisation, body.policy);
        return checkIn(snapshot, deps, graph, organisation, versions, place);
      };
      await setOrganisationPolicy(control, actor, check, body);
      return { policy: await readOrganisationPolicy(control.db, control.snapshot(), organisation) };
    },
  }),
];
