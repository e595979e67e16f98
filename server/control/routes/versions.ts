/** Publishing, and what was published. */
import { z } from 'zod';
import type { Graph } from '../../../policies/graph.ts';
import type { VersionLookup } from '../../../policies/pinned.ts';
import { findDraft, requireRevision } from '../drafts.ts';
import { checkIn, requireAgreement } from '../house.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { pinnedVersionSchema, pinnedVersions, versionsFor } from '../pinned-versions.ts';
import { requirePassing } from '../policy-tests.ts';
import { policyUseSchema, policyUses } from '../policy-uses.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import {
  findVersion,
  listVersions,
  publishDraft,
  requireSound,
  restoreVersion,
  versionSchema,
  versionSummarySchema,
} from '../versions.ts';

const version = versionSchema.meta({ id: 'Version' });
const ofPolicy = z.strictObject({ policy: idSchema });
const ofVersion = z.strictObject({ policy: idSchema, version: z.coerce.number().int().min(1) });
const edgeCount = z.object({
  node: z.string(),
  port: z.string(),
  hour: momentSchema,
  requests: z.int(),
  errors: z.int(),
  cost: z.int().meta({ description: 'Nano-dollars.' }),
});

/** Checks a graph; versions never change, so that those it goes on in can be found before a change begins. */
const checking = ({ control, deps }: RouteContext, versions: VersionLookup) => {
  return (graph: Graph, organisation: string) => checkIn(control.snapshot(), deps, graph, organisation, versions);
};

export const versionRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/publish',
    tag: 'Versions',
    summary: 'Publish the draft as the next version, which is live at once.',
    status: 201,
    errors: ['not_found', 'conflict', 'invalid_graph', 'tests_failed', 'policy_archived'],
    params: ofPolicy,
    body: z.strictObject({ revision: z.int().min(1), reason: reasonSchema }),
    response: version,
    handle: async ({ params, body }, context) => {
      const { control, actor } = context;
      const draft = await findDraft(control.db, actor.organisation, params.policy);
      // Tests and conditions are tried before the change begins, which others wait for; it publishes this revision or none.
      requireRevision(draft, body.revision);
      const versions = await versionsFor(control.db, actor.organisation, [draft.graph]);
      const check = checking(context, versions);
      requireSound(check, draft.graph, actor.organisation);
      await requireAgreement(draft.graph, versions);
      await requirePassing(context, draft.graph, draft.tests);
      return publishDraft(control, actor, check, params.policy, body);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/versions',
    tag: 'Versions',
    summary: 'The versions of a policy, the newest first.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    response: z.object({ versions: z.array(versionSummarySchema.meta({ id: 'VersionSummary' })) }),
    handle: async ({ params }, { control, actor }) => ({
      versions: await listVersions(control.db, actor.organisation, params.policy),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/versions/{version}',
    tag: 'Versions',
    summary: 'One version with its graph.',
    status: 200,
    errors: ['not_found'],
    params: ofVersion,
    response: version,
    handle: ({ params }, { control, actor }) =>
      findVersion(control.db, actor.organisation, params.policy, params.version),
  }),
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/versions/{version}/restore',
    tag: 'Versions',
    summary: 'Publish an old version again, as a new one.',
    status: 201,
    errors: ['not_found', 'invalid_graph', 'policy_archived'],
    params: ofVersion,
    body: z.strictObject({ reason: reasonSchema }),
    response: version,
    handle: async ({ params, body }, context) => {
      const { control, actor } = context;
      const { graph } = await findVersion(control.db, actor.organisation, params.policy, params.version);
      const check = checking(context, await versionsFor(control.db, actor.organisation, [graph]));
      return restoreVersion(control, actor, check, params.policy, { number: params.version, reason: body.reason });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/versions/{version}/edges',
    tag: 'Versions',
    summary: 'How often each port of a version was taken, by hour.',
    status: 200,
    errors: ['not_found'],
    params: ofVersion,
    query: z.strictObject({ from: z.coerce.number().int().min(0), to: z.coerce.number().int().min(0) }),
    response: z.object({ edges: z.array(edgeCount) }),
    handle: async ({ params, query }, { control, deps, actor }) => {
      const found = await findVersion(control.db, actor.organisation, params.policy, params.version);
      return { edges: await deps.records.edges(actor.organisation, found.policy, found.number, query.from, query.to) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/versions/find',
    reads: true,
    tag: 'Versions',
    summary: 'The versions of policies that drawings go on in, and those that these go on in themselves.',
    status: 200,
    body: z.strictObject({
      versions: z.array(z.strictObject({ policy: idSchema, version: z.int().min(1) })).max(1000),
    }),
    response: z.object({ found: z.array(pinnedVersionSchema) }),
    handle: async ({ body }, { control, actor }) => {
      const found = [...(await pinnedVersions(control.db, body.versions))];
      return {
        found: found.flatMap(([key, { organisation, name, graph }]) => {
          const at = key.lastIndexOf('@');
          if (organisation !== actor.organisation) return [];
          return [{ policy: key.slice(0, at), version: Number(key.slice(at + 1)), name, graph }];
        }),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/uses',
    tag: 'Versions',
    summary: 'The drafts and versions of other policies that go on in this one.',
    status: 200,
    errors: ['not_found'],
    params: ofPolicy,
    response: z.object({ uses: z.array(policyUseSchema) }),
    handle: async ({ params }, { control, actor }) => ({
      uses: await policyUses(control.db, actor.organisation, params.policy),
    }),
  }),
];
