/** API keys of apps. */
import { z } from 'zod';
import { idSchema, reasonSchema } from '../input.ts';
import { createKey, keyInputSchema, keySchema, listKeys, revokeKey } from '../keys.ts';
import { defineRoute, type Route } from '../route.ts';

const key = keySchema.meta({ id: 'Key' });

export const keyRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/keys',
    tag: 'Keys',
    summary: 'All keys, the newest first, revoked ones included.',
    status: 200,
    response: z.object({ keys: z.array(key) }),
    handle: async (_input, { control, actor }) => ({ keys: await listKeys(control.db, actor.organisation) }),
  }),
  defineRoute({
    method: 'post',
    path: '/keys',
    tag: 'Keys',
    summary: 'Create a key. Its token is in this answer and nowhere else.',
    status: 201,
    errors: ['not_found'],
    body: keyInputSchema,
    response: z.object({ key, token: z.string() }),
    handle: ({ body }, { control, actor }) => createKey(control, actor, body, null),
  }),
  defineRoute({
    method: 'post',
    path: '/keys/{key}/revoke',
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
