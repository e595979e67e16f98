/** Service tokens, by which programs use the control API. */
import { z } from 'zod';
import { idSchema, reasonSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';
import {
  createServiceToken,
  listServiceTokens,
  revokeServiceToken,
  serviceTokenInputSchema,
  serviceTokenSchema,
} from '../service-tokens.ts';

const serviceToken = serviceTokenSchema.meta({ id: 'ServiceToken' });

export const serviceTokenRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/service-tokens',
    may: 'read people',
    tag: 'Service tokens',
    summary: 'All service tokens, the newest first, those that have ended included.',
    status: 200,
    response: z.object({ serviceTokens: z.array(serviceToken) }),
    handle: async (_input, { control, actor }) => ({
      serviceTokens: await listServiceTokens(control.db, actor.organisation),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/service-tokens',
    may: 'change people',
    tag: 'Service tokens',
    summary: 'Make a service token. It is in this answer only, and sent as “Authorization: Bearer”.',
    status: 201,
    body: serviceTokenInputSchema,
    response: z.object({ serviceToken, token: z.string() }),
    handle: ({ body }, { control, actor }) => createServiceToken(control, actor, body),
  }),
  defineRoute({
    method: 'post',
    path: '/service-tokens/{token}/revoke',
    may: 'change people',
    tag: 'Service tokens',
    summary: 'Revoke a service token for good and at once.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ token: idSchema }),
    body: z.strictObject({ reason: reasonSchema }),
    response: serviceToken,
    handle: ({ params, body }, { control, actor }) => revokeServiceToken(control, actor, params.token, body.reason),
  }),
];
