/** The log of messages: what was told to which channel, and what became of it. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Alerts } from '../alerts/alerts.ts';
import { ALERT_ABOUT } from '../alerts/message.ts';
import { ALERT_STATES, type AlertRow, alertRow } from '../alerts/outbox.ts';
import { SignalboxError } from '../errors.ts';
import { channelEntry, channelRow } from './channels.ts';
import type { Control } from './control.ts';
import type { Actor } from './history.ts';
import { idSchema, momentSchema } from './input.ts';

export const alertSchema = z.object({
  id: z.string().meta({ description: 'The delivery: it stays the same however often it is sent.' }),
  channel: z.string(),
  channelName: z.string(),
  about: z.enum(ALERT_ABOUT),
  title: z.string(),
  text: z.string(),
  path: z.string().nullable().meta({ description: 'The page that it is about.' }),
  at: momentSchema,
  state: z.enum(ALERT_STATES),
  attempts: z.int(),
  nextAt: momentSchema.nullable().meta({ description: 'When it is tried next.' }),
  answer: z.string().nullable().meta({ description: 'What came of the last attempt, in words.' }),
  endedAt: momentSchema.nullable(),
  summedInto: z.string().nullable().meta({ description: 'Id of the message that tells it with others.' }),
});
type LoggedAlert = z.infer<typeof alertSchema>;

const moment = z.coerce.number().int().min(0).optional();

export const alertFilterSchema = z.strictObject({
  channel: idSchema.optional(),
  state: z.enum(ALERT_STATES).optional(),
  about: z.enum(ALERT_ABOUT).optional(),
  from: moment.meta({ description: 'Milliseconds since 1970, inclusive.' }),
  to: moment.meta({ description: 'Milliseconds since 1970, exclusive.' }),
  before: idSchema
    .regex(/^alr_[\w-]+$/, 'Take the `next` of the page before.')
    .optional()
    .meta({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

function toAlert(row: AlertRow): LoggedAlert {
  const { id, channel, about, title, text, path, at, state, attempts, answer } = row;
  return alertSchema.parse({
    id,
    channel,
    channelName: row.channel_name,
    about,
    title,
    text,
    path,
    at,
    state,
    attempts,
    nextAt: row.next_at,
    answer,
    endedAt: row.ended_at,
    summedInto: row.summed_into,
  });
}

/** A page of the log, the newest first; `next` is the `before` of the following page, null on the last. */
export async function listAlerts(
  db: Knex,
  organisation: string,
  filter: z.output<typeof alertFilterSchema>,
): Promise<{ readonly alerts: LoggedAlert[]; readonly next: string | null }> {
  const { channel, state, about, from, to, before, limit } = filter;
  const query = db<AlertRow>('alerts').where({ organisation });
  if (channel !== undefined) query.where({ channel });
  if (state !== undefined) query.where({ state });
  if (about !== undefined) query.where({ about });
  if (from !== undefined) query.where('at', '>=', from);
  if (to !== undefined) query.where('at', '<', to);
  // Ids sort by the time at which they were made.
  if (before !== undefined) query.where('id', '<', before);
  const rows = await query.orderBy('id', 'desc').limit(limit + 1);
  const page = rows.slice(0, limit);
  return { alerts: page.map(toAlert), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** The newest message of each channel that has one, tests included. */
export async function lastAlerts(db: Knex, organisation: string): Promise<LoggedAlert[]> {
  const newest = db('alerts').where({ organisation }).groupBy('channel').max('id');
  return (await db<AlertRow>('alerts').whereIn('id', newest)).map(toAlert);
}

/** Has a message tried again at once that was given up, or that waits. Throws `not_found` and `invalid_input`. */
export async function retryAlert(
  control: Control,
  alerts: Pick<Alerts, 'wake'>,
  actor: Actor,
  id: string,
): Promise<LoggedAlert> {
  const change = { action: 'alert.retry', objectType: 'alert', objectId: id, reason: null };
  const { organisation } = actor;
  const again = await control.change(actor, change, async (trx) => {
    const row = await trx<AlertRow>('alerts').where({ organisation, id }).first();
    if (!row) throw new SignalboxError('not_found', { what: 'message of that id' });
    if (row.state !== 'failed' && row.state !== 'waiting') {
      throw new SignalboxError('invalid_input', {
        why: 'Only a message that waits, or that was given up, can be tried again',
      });
    }
    await channelRow(trx, organisation, row.channel);
    const now = Date.now();
    const after: AlertRow = { ...row, state: 'waiting', since: now, next_at: now, ended_at: null };
    const { state, since, next_at, ended_at } = after;
    await trx('alerts').where({ id }).update({ state, since, next_at, ended_at });
    return { before: { state: row.state }, after: { state }, value: toAlert(after) };
  });
  alerts.wake();
  return again;
}

/** Sends a test through a channel and says what came of it. */
export async function testChannel(
  control: Control,
  alerts: Pick<Alerts, 'delivery'>,
  actor: Actor,
  id: string,
): Promise<{ readonly delivered: boolean; readonly words: string }> {
  const change = { action: 'channel.test', objectType: 'channel', objectId: id, reason: null };
  const { row, channel } = await control.change(actor, change, async (trx) => {
    const found = await channelRow(trx, actor.organisation, id);
    const now = Date.now();
    const words = {
      about: 'test' as const,
      title: `A test of the channel ${found.name}`,
      text: 'Somebody has pressed “Send a test”. If you read this, messages arrive here.',
    };
    const waiting = alertRow(channelEntry(found), { ...words, path: '/alerts', data: {}, at: now }, now);
    const sending: AlertRow = { ...waiting, state: 'sending', attempts: 1, next_at: null };
    await trx('alerts').insert(sending);
    return { before: null, after: { name: found.name }, value: { row: sending, channel: found } };
  });
  const { ok, words } = await alerts.delivery.deliver(row, channel);
  return { delivered: ok, words };
}
