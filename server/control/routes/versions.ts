/** Publishing, and what was published. */
import { z } from 'zod';
import { requirePerson } from '../../access/caller.ts';
import { findEmergency } from '../approvals-emergencies.ts';
import { voidOutdated } from '../approvals-steps.ts';
import { findDraft } from '../drafts.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { pinnedVersionSchema, pinnedVersions, versionsFor } from '../pinned-versions.ts';
import { policiesSeen } from '../placed.ts';
import { findPolicy } from '../policies.ts';
import { policyUseSchema, policyUses } from '../policy-uses.ts';
import { checkDraft, checking } from '../publish-check.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import {
  findVersion,
  listVersions,
  publishDraft,
  restoreVersion,
  type Version,
  versionSchema,
  versionSummarySchema,
} from '../versions.ts';
import { deedOn } from './approval-parts.ts';

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

const emergency = z.boolean().default(false).meta({
  description: 'True to publish without the approvals that are asked for; somebody else has to follow it up.',
});

/** Tells that a version was published in an emergency, where it was. */
async function tellEmergency(context: RouteContext, { policy, number }: Version): Promise<void> {
  const { control, actor, deps } = context;
  const emergency = await findEmergency(control.db, actor.organisation, policy, number);
  if (emergency) deps.alerts.approvals.emergency(emergency, await deedOn(context, policy));
}

export const versionRoutes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/policies/{policy}/publish',
    may: 'publish policy',
    placed: 'policy',
    tag: 'Versions',
    summary: 'Publish the draft as the next version, which is live at once.',
    status: 201,
    errors: [
      ...(['not_found', 'conflict', 'invalid_graph', 'tests_failed', 'policy_archived'] as const),
      ...(['approval_missing', 'emergency_not_allowed', 'people_only'] as const),
    ],
    params: ofPolicy,
    body: z.strictObject({ revision: z.int().min(1), reason: reasonSchema, emergency }),
    response: version,
    handle: async ({ params, body }, context) => {
      const { control, actor } = context;
      // Tests and conditions are tried before the change begins, which others wait for; it publishes this revision or none.
      const { check } = await checkDraft(context, params.policy, body.revision);
      const { grants } = body.emergency ? requirePerson(actor) : { grants: null };
      const published = await publishDraft(control, actor, check, params.policy, { ...body, emergency: grants });
      await tellEmergency(context, published);
      return published;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/versions',
    may: 'read policy',
    placed: 'policy',
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
    may: 'read policy',
    placed: 'policy',
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
    may: 'publish policy',
    placed: 'policy',
    tag: 'Versions',
    summary:
      'Publish an old version again, as a new one, at once. Where approvals are asked for, that takes an emergency, or ask for them.',
    status: 201,
    errors: [
      ...(['not_found', 'invalid_graph', 'policy_archived'] as const),
      ...(['approval_missing', 'emergency_not_allowed', 'people_only'] as const),
    ],
    params: ofVersion,
    body: z.strictObject({ reason: reasonSchema, emergency }),
    response: version,
    handle: async ({ params, body }, context) => {
      const { control, actor, deps } = context;
      const { graph } = await findVersion(control.db, actor.organisation, params.policy, params.version);
      const versions = await versionsFor(control.db, actor.organisation, [graph]);
      const check = checking(context, versions, await findPolicy(control.db, actor.organisation, params.policy));
      const { grants } = body.emergency ? requirePerson(actor) : { grants: null };
      const input = { number: params.version, reason: body.reason, emergency: grants };
      const { restored, voided } = await control.together(async (store) => {
        const restored = await restoreVersion(store, actor, check, params.policy, input);
        const draft = await findDraft(store.db, actor.organisation, params.policy);
        return { restored, voided: await voidOutdated(store, actor, draft) };
      });
      if (voided) deps.alerts.approvals.voided(voided, await deedOn(context, params.policy));
      await tellEmergency(context, restored);
      return restored;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/versions/{version}/edges',
    may: 'read usage',
    placed: 'policy',
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
    may: 'read policy',
    placed: 'handler',
    tag: 'Versions',
    summary: 'The versions of policies that drawings go on in, and those that these go on in themselves.',
    status: 200,
    body: z.strictObject({
      versions: z.array(z.strictObject({ policy: idSchema, version: z.int().min(1) })).max(1000),
    }),
    response: z.object({ found: z.array(pinnedVersionSchema) }),
    handle: async ({ body }, { control, actor }) => {
      const seen = await policiesSeen(control, actor);
      const found = [...(await pinnedVersions(control.db, body.versions))];
      return {
        found: found.flatMap(([key, { organisation, name, graph }]) => {
          const at = key.lastIndexOf('@');
          const policy = key.slice(0, at);
          if (organisation !== actor.organisation || !seen.has(policy)) return [];
          return [{ policy, version: Number(key.slice(at + 1)), name, graph }];
        }),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/policies/{policy}/uses',
    may: 'read policy',
    placed: 'policy',
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
