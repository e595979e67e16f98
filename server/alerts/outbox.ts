/**
 * Messages in the database, one row for each channel: a row waits until it is delivered, and stays as the log of it. What
 * is told once has a mark, which is set in the transaction that writes the rows.
 */
import type { Knex } from 'knex';
import { newId } from '../control/ids.ts';
import type { ChannelEntry } from '../control/snapshot.ts';
import { type AlertAbout, type AlertData, type AlertMessage, channelsFor } from './message.ts';

/** `summed`: told in another message, with others. `dropped`: its channel was deleted before it went out. */
export const ALERT_STATES = ['waiting', 'sending', 'delivered', 'failed', 'summed', 'dropped'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export interface AlertRow {
  readonly id: string;
  readonly organisation: string;
  readonly channel: string;
  readonly channel_name: string;
  readonly about: AlertAbout;
  readonly title: string;
  readonly text: string;
  readonly path: string | null;
  readonly data_json: string;
  readonly at: number;
  readonly state: AlertState;
  /** Since when it is being tried. */
  readonly since: number;
  readonly attempts: number;
  readonly next_at: number | null;
  readonly answer: string | null;
  readonly ended_at: number | null;
  readonly summed_into: string | null;
}

type Words = Pick<AlertRow, 'about' | 'title' | 'text' | 'path' | 'at'> & { readonly data: AlertData };

/** A text as every database stores it: PostgreSQL takes no zero byte, and callers may have put one into a tag. */
export const storable = (text: string): string => text.replaceAll('\0', '\ufffd');

/** What can be said of a fault of the database where everybody reads it: its code, without what was to be written. */
export function faultCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}

/** A row that waits to be sent through a channel. */
export function alertRow(
  channel: Pick<ChannelEntry, 'id' | 'organisation' | 'name'>,
  { data, ...words }: Words,
  now: number,
): AlertRow {
  return {
    id: newId('alr'),
    organisation: channel.organisation,
    channel: channel.id,
    channel_name: channel.name,
    ...words,
    title: storable(words.title),
    text: storable(words.text),
    data_json: JSON.stringify(data),
    state: 'waiting',
    since: now,
    attempts: 0,
    next_at: now,
    answer: null,
    ended_at: null,
    summed_into: null,
  };
}

/** Writes messages within a transaction; those that were told already are left out. Gives how many rows it wrote. */
export async function writeMessages(
  trx: Knex.Transaction,
  messages: readonly AlertMessage[],
  channels: ReadonlyMap<string, ChannelEntry>,
  now: number,
): Promise<number> {
  let written = 0;
  for (const message of messages) {
    if (message.once && !(await mark(trx, message.organisation, message.once, now))) continue;
    const { about, title, text, path, at, data } = message;
    const rows = channelsFor(message, channels).map((channel) =>
      alertRow(channel, { about, title, text, path, at, data }, now),
    );
    if (rows.length > 0) await trx('alerts').insert(rows);
    written += rows.length;
  }
  return written;
}

/** True where it was not marked yet, or the mark has run out. */
async function mark(
  trx: Knex.Transaction,
  organisation: string,
  { mark: given, until }: NonNullable<AlertMessage['once']>,
  now: number,
): Promise<boolean> {
  const name = storable(given);
  const found = await trx<{ organisation: string; mark: string; until: number | null }>('alert_marks')
    .where({ organisation, mark: name })
    .first();
  if (!found) {
    await trx('alert_marks').insert({ organisation, mark: name, until });
    return true;
  }
  if (found.until === null || found.until > now) return false;
  await trx('alert_marks').where({ organisation, mark: name }).update({ until });
  return true;
}

/** Marks that still hold, of those that begin so, with the moment until which they do. */
export async function marksOf(
  db: Knex,
  beginning: string,
  now: number,
): Promise<{ readonly organisation: string; readonly mark: string; readonly until: number }[]> {
  return db('alert_marks')
    .whereLike('mark', `${beginning}%`)
    .where('until', '>', now)
    .select('organisation', 'mark', 'until');
}

/** How long the log is kept. */
const KEPT_MS = 90 * 86_400_000;

/** Takes away what is too old to matter: marks that have run out, and messages that ended long ago. */
export async function forgetOld(db: Knex, now: number): Promise<void> {
  await db('alert_marks').where('until', '<=', now).delete();
  await db('alerts')
    .where('ended_at', '<', now - KEPT_MS)
    .delete();
}

/** A new process: what the one before had begun to send is sent again, under the same id. */
export async function takeUpAgain(db: Knex, now: number): Promise<void> {
  await db('alerts')
    .where({ state: 'sending' })
    .update({ state: 'waiting', next_at: db.raw('COALESCE(next_at, ?)', [now]) });
}

const LOOKED_AT = 200;

/** Messages whose time has come, the oldest first; none of channels that are `busy`. */
export async function dueRows(db: Knex, now: number, busy: readonly string[]): Promise<AlertRow[]> {
  return db<AlertRow>('alerts')
    .where({ state: 'waiting' })
    .where('next_at', '<=', now)
    .whereNotIn('channel', busy)
    .orderBy(['next_at', 'at', 'id'])
    .limit(LOOKED_AT);
}

/** How many messages are not delivered yet. */
export async function countWaiting(db: Knex): Promise<number> {
  const rows = await db('alerts').whereIn('state', ['waiting', 'sending']).count<{ rows: number }[]>('* as rows');
  return Number(rows[0]?.rows ?? 0);
}

/** When the next message is due, in milliseconds since 1970; null where none waits. */
export async function nextDue(db: Knex): Promise<number | null> {
  const rows = await db('alerts').where({ state: 'waiting' }).min<{ due: number | null }[]>('next_at as due');
  return rows[0]?.due ?? null;
}
