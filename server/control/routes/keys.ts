/** API keys of apps. */
import { z } from 'zod';
import { keyPlace, requireIn } from '../../access/places.ts';
import { lastUsed } from '../../usage/last-used.ts';
import { idSchema, momentSchema, reasonSchema } from '../input.ts';
import { changeKeyLimits, replaceKey, replacementSchema, revokeKey } from '../key-changes.ts';
import { keyLimitsSchema } from '../key-limits.ts';
import { createKey, keyInputSchema, keySchema } from '../keys.ts';
import { keysSeen, requirePoliciesSeen } from '../placed.ts';
import { defineRoute, type Route } from '../route.ts';

const key = keySchema.meta({ id: 'Key' });
const listedKey = keySchema
  .extend({
    lastUsedAt: momentSchema.nullable().meta({
      description: 'Start of the hour (in UTC) of its last request to a model; null for never.',
    }),
  })
  .meta({ id: 'ListedKey' });

export const keyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/keys',
    may: 'read key',
    placed: 'handler',
    tag: 'Keys',
    summary: 'All keys, the newest first, revoked ones included, each with when it was last used.',
    status: 200,
    response: z.object({ keys: z.array(listedKey) }),
    handle: async (_input, { control, deps, actor }) => {
      const [keys, used] = await Promise.all([
        keysSeen(control, actor),
        lastUsed(deps.usage.stores, actor.organisation),
      ]);
      return { keys: keys.map((one) => ({ ...one, lastUsedAt: used.get(one.id) ?? null })) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/keys',
    may: 'change key',
    placed: 'handler',
    tag: 'Keys',
    summary: 'Create a key. Its token is in this answer and nowhere else.',
    status: 201,
    errors: ['not_found'],
    body: keyInputSchema,
    response: z.object({ key, token: z.string() }),
    handle: async ({ body }, { control, actor }) => {
      requireIn(actor, 'change key', keyPlace(control.snapshot(), { project: body.project, createdBy: actor.id }));
      await requirePoliciesSeen(control, actor, body.policies);
      return createKey(control, actor, body, null);
    },
  }),
  defineRoute({
    method: 'put',
    path: '/keys/{key}/limits',
    may: 'change key',
    placed: 'key',
    tag: 'Keys',
    summary: 'Put other limits in place of all that a key has.',
    status: 200,
    errors: ['not_found', 'conflict'],
    params: z.strictObject({ key: idSchema }),
    body: keyLimitsSchema.extend({ revision: z.int().min(1), reason: reasonSchema }),
    response: key,
    handle: async ({ params, body }, { control, actor }) => {
      await requirePoliciesSeen(control, actor, body.policies);
      return changeKeyLimits(control, actor, params.key, body);
    },
  }),
  defineRoute({
    method: 'post',
    path: '/keys/{key}/replace',
    may: 'change key',
    placed: 'key',
    tag: 'Keys',
    summary:
      'Make a key with all that another says and is limited to, and set the other’s end. The new token is in this answer alone.',
    status: 201,
    errors: ['not_found'],
    params: z.strictObject({ key: idSchema }),
    body: replacementSchema,
    response: z.object({ key, token: z.string() }),
    handle: ({ params, body }, { control, actor }) => replaceKey(control, actor, params.key, body),
  }),
  defineRoute({
    method: 'post',
    path: '/keys/{key}/revoke',
    may: 'change key',
    placed: 'key',
    tag: 'Keys',
    summary: 'Revoke a key for good.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ key: idSchema }),
    body: z.strictObject({ reason: reasonSchema }),
    response: key,
    handle: ({ params, body }, { control, actor }) => revokeKey(control, actor, params.key, body.reason),
  }),
];
