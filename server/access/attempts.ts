/**
 * How often somebody may fail to sign in to one account. Failures are counted by the e-mail address that was tried, whether
 * anybody has it or not, so that nobody learns from it who is here.
 */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { ControlStore } from '../control/control.ts';
import { SignalboxError } from '../errors.ts';

/** So many failures in a row lock an account. */
export const FAILURES_BEFORE_LOCK = 5;
/** How long the first lock holds; each failure after it doubles that, up to the longest. */
export const FIRST_LOCK_MS = 60_000;
export const LONGEST_LOCK_MS = 60 * 60 * 1000;
/** Failures are forgotten so long after the last one. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

interface FailuresRow {
  readonly address: string;
  readonly failures: number;
  readonly locked_until: number;
  readonly last_at: number;
}

/** An e-mail address as failures are counted by it. */
const addressHash = (email: string): string => createHash('sha256').update(email.trim().toLowerCase()).digest('hex');

/** How long so many failures lock an account, in milliseconds; 0 where they do not. */
export function lockMs(failures: number): number {
  if (failures < FAILURES_BEFORE_LOCK) return 0;
  return Math.min(FIRST_LOCK_MS * 2 ** Math.min(failures - FAILURES_BEFORE_LOCK, 20), LONGEST_LOCK_MS);
}

/** One attempt at a password or a code, which counts as failed until it is taken back or has succeeded. */
export interface Attempt {
  /** Whether it locks the account unless it succeeds. */
  readonly locks: boolean;
}

/** `1 minute`, `12 minutes`. */
export function sayWait(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

/**
 * Counts an attempt before anything is compared, so that many at once are counted too. Throws `too_many_attempts` while the
 * account is locked.
 */
export async function beginAttempt(db: Knex, email: string, now: number): Promise<Attempt> {
  const address = addressHash(email);
  await db('sign_in_failures')
    .where('last_at', '<', now - FORGOTTEN_AFTER_MS)
    .delete();
  return db.transaction(async (trx) => {
    const none: FailuresRow = { address, failures: 0, locked_until: 0, last_at: now };
    // In one step with the row's lock, so that attempts at the same account come one after the other: between two steps somebody
    // who is let in could take the row away.
    await trx('sign_in_failures').insert(none).onConflict('address').merge(['address']);
    const row = await trx<FailuresRow>('sign_in_failures').where({ address }).first();
    if (!row) throw new Error('The row of failures is gone.');
    if (row.locked_until > now) {
      const wait = row.locked_until - now;
      const details = { wait: sayWait(wait), advice: ' An admin can unlock the account at once.' };
      throw new SignalboxError('too_many_attempts', details, { retryAfterMs: wait });
    }
    const failures = row.failures + 1;
    const lock = lockMs(failures);
    await trx('sign_in_failures')
      .where({ address })
      .update({ failures, locked_until: lock === 0 ? 0 : now + lock, last_at: now });
    return { locks: lock > 0 };
  });
}

/** Takes back one attempt that was right, and leaves those that failed. */
export async function takeBackAttempt(db: Knex, email: string): Promise<void> {
  const address = addressHash(email);
  await db('sign_in_failures').where({ address }).decrement('failures', 1).update({ locked_until: 0 });
  await db('sign_in_failures').where({ address }).where('failures', '<=', 0).delete();
}

/** Forgets all failures, after somebody has signed in or an admin has unlocked the account. */
export async function forgetFailures(db: Knex, email: string): Promise<void> {
  await db('sign_in_failures')
    .where({ address: addressHash(email) })
    .delete();
}

/** Until when each of these addresses is locked, in milliseconds since 1970; those that are not locked are left out. */
export async function locksOf(db: Knex, emails: readonly string[], now: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db<FailuresRow>('sign_in_failures')
    .whereIn('address', emails.map(addressHash))
    .where('locked_until', '>', now);
  const until = new Map(rows.map((row) => [row.address, row.locked_until]));
  return new Map(
    emails.flatMap((email) => [[email, until.get(addressHash(email)) ?? 0] as const]).filter(([, at]) => at),
  );
}

/**
 * Writes down that failures have locked an account. An address that nobody has leaves an entry as well, without naming it,
 * so that it takes as long.
 */
export async function noteLock(
  store: ControlStore,
  { organisation, person }: { readonly organisation: string; readonly person: string | null },
): Promise<void> {
  const change = { action: 'person.lock', objectType: 'person', objectId: person ?? 'nobody', reason: null };
  await store.change({ id: 'system', organisation }, change, async () => ({
    before: null,
    after: { why: 'too many failed attempts to sign in' },
    value: undefined,
  }));
}
