/** What people do with their own account: name and password, and one-time codes. */
import type { Knex } from 'knex';
import { beginAttempt, noteLock, takeBackAttempt } from '../access/attempts.ts';
import { newCodeSecret, newRecoveryCodes, recoveryHash, stepOfCode } from '../access/one-time-codes.ts';
import { checkPassword, hashPassword } from '../access/passwords.ts';
import { endSessionsOf, type SecondStep, type SignedIn } from '../access/person-sessions.ts';
import { SignalboxError } from '../errors.ts';
import type { Secrets } from '../store/secrets.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { type Account, findPerson, requirePersonOf } from './people.ts';

interface FactorRow {
  readonly person: string;
  readonly organisation: string;
  readonly sealed: string;
  readonly last_step: number;
  readonly set_up_at: number;
}

/** The state of somebody's codes. */
export interface Codes {
  readonly setUpAt: number;
  /** How many recovery codes are left. */
  readonly recoveryLeft: number;
}

/** The codes of a person; null where they have none. */
export async function findCodes(db: Knex, person: string): Promise<Codes | null> {
  const row = await db<FactorRow>('second_factors').where({ person }).first();
  if (!row) return null;
  const left: unknown[] = await db('recovery_codes').where({ person }).pluck('hash');
  return { setUpAt: row.set_up_at, recoveryLeft: left.length };
}

/** Ids of the people of an organisation who have codes. */
export async function whoHasCodes(db: Knex, organisation: string): Promise<ReadonlySet<string>> {
  const people: string[] = await db('second_factors').where({ organisation }).pluck('person');
  return new Set(people);
}

/**
 * Takes a code, or a recovery code, so that it is worth nothing afterwards; says which it was. Throws `wrong_code` for any
 * other, and for one that was taken before.
 */
export async function useCode(
  trx: Knex,
  secrets: Secrets,
  person: string,
  code: string,
): Promise<NonNullable<SecondStep>> {
  const row = await trx<FactorRow>('second_factors').where({ person }).first();
  if (!row) throw new SignalboxError('wrong_code');
  const step = stepOfCode(secrets.open(row.sealed), code, Date.now());
  if (step !== null) {
    const taken = await trx('second_factors')
      .where({ person })
      .where('last_step', '<', step)
      .update({ last_step: step });
    if (taken === 1) return 'code';
    throw new SignalboxError('wrong_code');
  }
  const used = await trx('recovery_codes')
    .where({ person, hash: recoveryHash(code) })
    .delete();
  if (used === 1) return 'recovery code';
  throw new SignalboxError('wrong_code');
}

/** Does what may be guessed at, as an attempt at the account: too many that fail lock it. */
export async function asAttempt<T>(store: ControlStore, account: Account, work: () => Promise<T>): Promise<T> {
  const { organisation, id: person, email } = account;
  const attempt = await beginAttempt(store.db, email, Date.now());
  try {
    const value = await work();
    await takeBackAttempt(store.db, email);
    return value;
  } catch (error) {
    if (!(error instanceof SignalboxError) || error.code === 'overloaded') await takeBackAttempt(store.db, email);
    else if (attempt.locks) await noteLock(store, { organisation, person });
    throw error;
  }
}

/** The account of somebody who is signed in. */
export async function accountOf(db: Knex, { person }: SignedIn): Promise<Account> {
  const account = await findPerson(db, person);
  if (!account) throw new SignalboxError('unauthenticated');
  return account;
}

/** Changes one's own name, which the history does not keep. */
export async function changeName(store: ControlStore, { person, organisation }: SignedIn, name: string): Promise<void> {
  const change = { action: 'person.rename', objectType: 'person', objectId: person, reason: null };
  return store.change({ id: person, organisation }, change, async (trx) => {
    await trx('person_details').where({ person }).update({ name });
    return { before: null, after: { name: 'another one' }, value: undefined };
  });
}

/** Throws `invalid_input` unless it is the account's password; wrong ones count as failed attempts. */
export async function requirePassword(store: ControlStore, account: Account, password: string): Promise<void> {
  const { passwordHash } = account;
  if (passwordHash === null) {
    const why = 'You sign in by a provider and have no password here';
    throw new SignalboxError('invalid_input', { why });
  }
  await asAttempt(store, account, async () => {
    if (await checkPassword(passwordHash, password)) return;
    throw new SignalboxError('invalid_input', { why: 'The password that you have now is not right' });
  });
}

/** Changes one's own password, and signs out everywhere else. */
export async function changePassword(
  store: ControlStore,
  signedIn: SignedIn,
  { current, password }: { readonly current: string; readonly password: string },
): Promise<void> {
  const { person, organisation, session } = signedIn;
  await requirePassword(store, await accountOf(store.db, signedIn), current);
  const password_hash = await hashPassword(password);
  const change = { action: 'person.change_password', objectType: 'person', objectId: person, reason: null };
  await store.change({ id: person, organisation }, change, async (trx) => {
    await trx('person_details').where({ person }).update({ password_hash });
    const ended = await endSessionsOf(trx, person, session);
    return { before: null, after: { password: 'another one', ended }, value: undefined };
  });
}

async function insertRecoveryCodes(trx: Knex, person: string, organisation: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  await trx('recovery_codes').where({ person }).delete();
  await trx('recovery_codes').insert(codes.map((code) => ({ person, organisation, hash: recoveryHash(code) })));
  return codes;
}

/** A new secret for codes, and the same sealed, which the session keeps until a first code proves that an app has it. */
export function newCodes(secrets: Secrets): { readonly secret: string; readonly sealed: string } {
  const secret = newCodeSecret();
  return { secret, sealed: secrets.seal(secret) };
}

/** Sets up codes, once a first one is right; gives the recovery codes, this once. Throws `wrong_code`. */
export async function setUpCodes(
  store: ControlStore,
  secrets: Secrets,
  { id: person, organisation }: Pick<Account, 'id' | 'organisation'>,
  sealed: string,
  code: string,
): Promise<string[]> {
  const now = Date.now();
  const step = stepOfCode(secrets.open(sealed), code, now);
  if (step === null) throw new SignalboxError('wrong_code');
  const change = { action: 'codes.set_up', objectType: 'person', objectId: person, reason: null };
  return store.change({ id: person, organisation }, change, async (trx) => {
    const row: FactorRow = { person, organisation, sealed, last_step: step, set_up_at: now };
    await trx('second_factors').insert(row).onConflict('person').merge();
    const value = await insertRecoveryCodes(trx, person, organisation);
    return { before: null, after: { recoveryCodes: value.length }, value };
  });
}

/** Turns one's own codes off. Throws `wrong_code`. */
export async function turnOffCodes(
  store: ControlStore,
  secrets: Secrets,
  signedIn: SignedIn,
  code: string,
): Promise<void> {
  const { person, organisation } = signedIn;
  const change = { action: 'codes.turn_off', objectType: 'person', objectId: person, reason: null };
  await asAttempt(store, await accountOf(store.db, signedIn), () =>
    store.change({ id: person, organisation }, change, async (trx) => {
      const shown = await useCode(trx, secrets, person, code);
      await deleteCodes(trx, person);
      return { before: { shown }, after: null, value: undefined };
    }),
  );
}

/** Ten new recovery codes in place of those that are left. Throws `wrong_code`. */
export async function renewRecoveryCodes(
  store: ControlStore,
  secrets: Secrets,
  signedIn: SignedIn,
  code: string,
): Promise<string[]> {
  const { person, organisation } = signedIn;
  const change = { action: 'codes.renew_recovery', objectType: 'person', objectId: person, reason: null };
  return asAttempt(store, await accountOf(store.db, signedIn), () =>
    store.change({ id: person, organisation }, change, async (trx) => {
      await useCode(trx, secrets, person, code);
      const value = await insertRecoveryCodes(trx, person, organisation);
      return { before: null, after: { recoveryCodes: value.length }, value };
    }),
  );
}

/** Takes the codes of somebody away who has lost them. Throws `not_found` where they have none. */
export async function resetCodes(store: ControlStore, actor: Actor, id: string, reason: string): Promise<void> {
  const change = { action: 'codes.reset', objectType: 'person', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    await requirePersonOf(trx, actor.organisation, id);
    if (!(await findCodes(trx, id))) throw new SignalboxError('not_found', { what: 'one-time code of that person' });
    await deleteCodes(trx, id);
    await endSessionsOf(trx, id, null);
    return { before: null, after: { codes: null }, value: undefined };
  });
}

async function deleteCodes(trx: Knex, person: string): Promise<void> {
  await trx('second_factors').where({ person }).delete();
  await trx('recovery_codes').where({ person }).delete();
}
