/**
 * Sends the messages that wait in the database: at most eight at once, one for each channel, each until it has arrived or
 * a day has passed. A row is marked as being sent before it is: whatever dies in between is sent again, under the same id.
 */
import type { Knex } from 'knex';
import { type ChannelAddress, type ChannelRow, readAddress } from '../control/channels.ts';
import { findPerson, sameEmail } from '../control/people.ts';
import type { Secrets } from '../store/secrets.ts';
import { nextTryIn } from './backoff.ts';
import { type AlertRow, alertRow, dueRows, faultCode, nextDue, storable } from './outbox.ts';
import { failed, type Sent } from './post.ts';
import { quietUntil, summaryOf } from './quiet.ts';
import { type Delivery as Message, type Sending, send } from './send.ts';

const AT_ONCE = 8;

/** After a fault of the database. */
const PAUSE_MS = 1000;

export interface DeliverySettings extends Sending {
  /** Where people reach the pages; null where nobody has said. */
  readonly publicUrl: string | null;
  /** From 0 to 1. */
  readonly chance: () => number;
}

export class Delivery {
  readonly #db: Knex;
  readonly #secrets: Secrets;
  readonly #settings: DeliverySettings;
  /** By channel. */
  readonly #sending = new Map<string, Promise<void>>();
  /** Rows that were sent, while it could not be noted what came of it: they are sent again. */
  readonly #unsure = new Set<string>();
  /** When there may be something to do; 0 is at once. */
  #dueAt = 0;
  #looking: Promise<void> | null = null;
  #isStopped = false;

  constructor(db: Knex, secrets: Secrets, settings: DeliverySettings) {
    this.#db = db;
    this.#secrets = secrets;
    this.#settings = settings;
  }

  /** Something was written that waits. */
  wake(): void {
    this.#dueAt = 0;
  }

  /** Begins to send what is due; looks into the database only when something may be. Rejects when that cannot be read. */
  async look(): Promise<void> {
    // Once more where something was written while it was looked.
    while (!this.#isStopped && (this.#looking !== null || this.#dueAt <= this.#settings.now())) {
      this.#looking ??= this.#begin().finally(() => {
        this.#looking = null;
      });
      await this.#looking;
    }
  }

  /** Sends what is due until nothing is, or is under way. */
  async run(): Promise<void> {
    for (;;) {
      await this.look();
      if (this.#sending.size === 0) return;
      await Promise.all(this.#sending.values());
    }
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking?.catch(() => {});
    await Promise.all(this.#sending.values());
  }

  async #begin(): Promise<void> {
    const now = this.#settings.now();
    // Before the question, so that whoever writes meanwhile is heard.
    this.#dueAt = Number.POSITIVE_INFINITY;
    try {
      if (this.#unsure.size > 0) {
        await this.#db('alerts')
          .whereIn('id', [...this.#unsure])
          .where({ state: 'sending' })
          .update({ state: 'waiting' });
        this.#unsure.clear();
      }
      const rows = await dueRows(this.#db, now, [...this.#sending.keys()]);
      for (const row of rows) {
        if (this.#sending.size >= AT_ONCE) break;
        if (!this.#sending.has(row.channel)) this.#track(row.channel, this.#handle(row, now));
      }
      // Those of channels that are busy come when these are done.
      if (this.#sending.size > 0) return;
      const next = await nextDue(this.#db);
      // Read only now: whoever has woken it meanwhile is not to be forgotten.
      if (next !== null) this.#dueAt = Math.min(this.#dueAt, next);
    } catch (error) {
      this.#dueAt = now + PAUSE_MS;
      throw error;
    }
  }

  #track(channel: string, work: Promise<void>): void {
    const tracked = work
      .then(
        () => 0,
        (error: unknown) => {
          this.#fault(error);
          return this.#settings.now() + PAUSE_MS;
        },
      )
      .then((dueAt) => {
        this.#sending.delete(channel);
        this.#dueAt = dueAt;
        // The next of this channel, or one that found all eight busy, goes at once.
        this.look().catch((error: unknown) => this.#fault(error));
      });
    this.#sending.set(channel, tracked);
  }

  #fault(error: unknown): void {
    console.error(`A message could not be sent, or it could not be noted that it was (${faultCode(error)}).`);
  }

  async #handle(row: AlertRow, now: number): Promise<void> {
    const channel = await this.#db<ChannelRow>('channels').where({ id: row.channel }).first();
    if (!channel) {
      const answer = 'Its channel was deleted before it went out.';
      await this.#db('alerts').where({ id: row.id }).update({ state: 'dropped', next_at: null, ended_at: now, answer });
      return;
    }
    const chosen = channel.quiet_minutes > 0 ? await this.#afterQuiet(channel, row, now) : row;
    if (!chosen) return;
    const begun = { state: 'sending' as const, attempts: chosen.attempts + 1 };
    const changed = await this.#db('alerts').where({ id: chosen.id, state: 'waiting' }).update(begun);
    if (changed !== 1) return;
    this.#unsure.add(chosen.id);
    await this.deliver({ ...chosen, ...begun }, channel);
    this.#unsure.delete(chosen.id);
  }

  /** What is to be sent of a channel with a quiet time: nothing during it, and one message for all that was held back. */
  async #afterQuiet(channel: ChannelRow, row: AlertRow, now: number): Promise<AlertRow | null> {
    if (row.attempts > 0 || row.about === 'summary') return row;
    const fresh = { channel: channel.id, state: 'waiting' as const, attempts: 0 };
    const last = await this.#db('alerts')
      .where({ channel: channel.id, state: 'delivered' })
      .whereNot({ about: 'test' })
      .max<{ sentAt: number | null }[]>('ended_at as sentAt');
    const until = quietUntil(last[0]?.sentAt ?? null, channel.quiet_minutes);
    if (until > now) {
      const answer = 'Held back: this channel has had a message a short while ago.';
      await this.#db('alerts').where(fresh).whereNot({ about: 'summary' }).update({ next_at: until, answer });
      return null;
    }
    return this.#db.transaction(async (trx) => {
      const held: AlertRow[] = await trx<AlertRow>('alerts').where(fresh).whereNot({ about: 'summary' }).orderBy('id');
      if (held.length < 2) return row;
      const words = { about: 'summary' as const, ...summaryOf(held), path: '/alerts', at: now };
      const summary = alertRow(channel, { ...words, data: { messages: held.length } }, now);
      await trx('alerts').insert(summary);
      const ended = { state: 'summed', next_at: null, ended_at: now, summed_into: summary.id };
      await trx('alerts')
        .where(fresh)
        .whereNot({ about: 'summary' })
        .where('id', '<=', held.at(-1)?.id ?? '')
        .update({ ...ended, answer: 'Told together with others in one message.' });
      return summary;
    });
  }

  /** Sends a row that is marked as being sent, and notes what came of it. */
  async deliver(row: AlertRow, channel: ChannelRow): Promise<Sent> {
    const sent = await this.#send(row, channel);
    const now = this.#settings.now();
    if (sent === 'nobody') {
      const answer = 'Not sent: the only one who would get it has done this.';
      await this.#db('alerts').where({ id: row.id }).update({ state: 'dropped', next_at: null, ended_at: now, answer });
      return { ok: true, words: answer, retryAfterMs: null };
    }
    const { ok, words, retryAfterMs } = sent;
    const wait = ok || row.about === 'test' ? null : this.#nextTryIn(row, now, retryAfterMs);
    const ended =
      wait === null
        ? { state: ok ? 'delivered' : 'failed', next_at: null, ended_at: now }
        : { state: 'waiting', next_at: now + wait };
    await this.#db('alerts')
      .where({ id: row.id })
      .update({ ...ended, attempts: row.attempts, answer: storable(words) });
    return sent;
  }

  /** Nobody gets mail of what they have done themselves; null where nobody else is left. */
  async #withoutDoer(address: ChannelAddress, { data: { by } }: Message): Promise<ChannelAddress | null> {
    if (address.kind !== 'email' || typeof by !== 'string') return address;
    const doer = await findPerson(this.#db, by);
    const to = address.to.filter((one) => sameEmail(one) !== doer?.email);
    return to.length === 0 ? null : { ...address, to };
  }

  #nextTryIn(row: AlertRow, now: number, askedForMs: number | null): number | null {
    return nextTryIn(row.attempts, now - row.since, askedForMs, this.#settings.chance());
  }

  async #send(row: AlertRow, channel: ChannelRow): Promise<Sent | 'nobody'> {
    const { publicUrl } = this.#settings;
    const { id, at, about, title, text, path } = row;
    const message: Message = {
      id,
      at,
      about,
      title,
      text,
      link: publicUrl === null || path === null ? null : publicUrl + path,
      data: JSON.parse(row.data_json),
    };
    try {
      const address = await this.#withoutDoer(readAddress(channel, this.#secrets), message);
      return address === null ? 'nobody' : await send(address, message, this.#settings);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }
}
