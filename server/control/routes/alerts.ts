/** Channels, by which people are told what happens, and the log of what they were told. */
import { z } from 'zod';
import { alertFilterSchema, alertSchema, lastAlerts, listAlerts, retryAlert, testChannel } from '../alert-log.ts';
import {
  changeChannel,
  channelChangeSchema,
  channelInputSchema,
  channelSchema,
  createChannel,
  deleteChannel,
  listChannels,
  rotateSecret,
} from '../channels.ts';
import { idSchema } from '../input.ts';
import { defineRoute, type Route } from '../route.ts';

const channel = channelSchema.meta({ id: 'Channel' });
const alert = alertSchema.meta({ id: 'Alert' });
const params = z.strictObject({ channel: idSchema });
const secret = z.string().meta({ description: 'Signs the messages. It is shown this once.' });

export const alertRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/channels',
    may: 'read alert',
    tag: 'Alerts',
    summary: 'All channels by their names, each with the newest message to it.',
    status: 200,
    response: z.object({
      channels: z.array(z.object({ channel, last: alert.nullable() })),
      canMail: z.boolean().meta({ description: 'Whether a mail server is set up.' }),
    }),
    handle: async (_input, { control, deps, actor }) => {
      const { organisation } = actor;
      const [channels, newest] = await Promise.all([
        listChannels(control.db, organisation),
        lastAlerts(control.db, organisation),
      ]);
      const last = new Map(newest.map((one) => [one.channel, one]));
      return {
        channels: channels.map((one) => ({ channel: one, last: last.get(one.id) ?? null })),
        canMail: deps.channels.canMail,
      };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/channels',
    may: 'change alert',
    tag: 'Alerts',
    summary: 'Make a channel. The secret of a signed webhook is in this answer only.',
    status: 201,
    errors: ['not_found', 'already_exists'],
    body: channelInputSchema,
    response: z.object({ channel, secret: secret.nullable() }),
    handle: ({ body }, { control, deps, actor }) => createChannel(control, deps.channels, actor, body),
  }),
  defineRoute({
    method: 'patch',
    path: '/channels/{channel}',
    may: 'change alert',
    tag: 'Alerts',
    summary: 'Change what is given of a channel. One that a published policy tells keeps its name.',
    status: 200,
    errors: ['not_found', 'already_exists'],
    params,
    body: channelChangeSchema,
    response: channel,
    handle: async ({ params, body }, { control, deps, actor }) => {
      const changed = await changeChannel(control, deps.channels, actor, params.channel, body);
      deps.alerts.wake();
      return changed;
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/channels/{channel}',
    may: 'change alert',
    tag: 'Alerts',
    summary: 'Delete a channel. What waits for it is dropped, and stays in the log.',
    status: 204,
    errors: ['not_found'],
    params,
    handle: async ({ params }, { control, actor }) => {
      await deleteChannel(control, actor, params.channel);
      return undefined;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/channels/{channel}/test',
    may: 'change alert',
    tag: 'Alerts',
    summary: 'Send a test at once, and say what came of it.',
    status: 200,
    errors: ['not_found'],
    params,
    response: z.object({ delivered: z.boolean(), words: z.string() }),
    handle: ({ params }, { control, deps, actor }) => testChannel(control, deps.alerts, actor, params.channel),
  }),
  defineRoute({
    method: 'post',
    path: '/channels/{channel}/rotate-secret',
    may: 'change alert',
    tag: 'Alerts',
    summary:
      'Put another secret in place of the one that signs a webhook’s messages. It holds from the next message on.',
    status: 200,
    errors: ['not_found'],
    params,
    response: z.object({ secret }),
    handle: async ({ params }, { control, deps, actor }) => ({
      secret: await rotateSecret(control, deps.channels.secrets, actor, params.channel),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/alerts',
    may: 'read alert',
    tag: 'Alerts',
    summary: 'What people were told, the newest first, with what became of each message.',
    status: 200,
    query: alertFilterSchema,
    response: z.object({ alerts: z.array(alert), next: z.string().nullable() }),
    handle: ({ query }, { control, actor }) => listAlerts(control.db, actor.organisation, query),
  }),
  defineRoute({
    method: 'post',
    path: '/alerts/{alert}/retry',
    may: 'change alert',
    tag: 'Alerts',
    summary: 'Try a message again at once that waits, or that was given up.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ alert: idSchema }),
    response: alert,
    handle: ({ params }, { control, deps, actor }) => retryAlert(control, deps.alerts, actor, params.alert),
  }),
];
