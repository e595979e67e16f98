/** People: ids that the history names for ever, and details that can be erased. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Grant, grantsSchema, isAdmin, readGrants } from '../../policies/access/grants.ts';
import { forgetFailures } from '../access/attempts.ts';
import { endSessionsOf } from '../access/person-sessions.ts';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';

export const emailSchema = z.email().max(320);
export const passwordSchema = z.string().min(10, 'A password has at least 10 characters.').max(1000);

export const personSchema = z
  .object({ id: z.string(), name: z.string(), email: z.string(), grants: grantsSchema })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof personSchema>;

interface DetailsRow {
  readonly person: string;
  readonly organisation: string;
  readonly name: string;
  readonly email: string;
  /** Empty where somebody signs in by a provider alone. */
  readonly password_hash: string;
  readonly grants_json: string;
}

const toPerson = (row: DetailsRow): Person => ({
  id: row.person,
  name: row.name,
  email: row.email,
  grants: readGrants(row.grants_json),
});

/** People whose details were not erased. */
const details = (db: Knex): Knex.QueryBuilder<DetailsRow, DetailsRow[]> =>
  db<DetailsRow>('person_details')
    .join('people', 'people.id', 'person_details.person')
    .select('person_details.*', 'people.grants_json');

export const sameEmail = (email: string): string => email.trim().toLowerCase();

/** Everyone of an organisation whose details were not erased. */
export async function listPeople(db: Knex, organisation: string): Promise<Person[]> {
  return (await details(db).where('person_details.organisation', organisation).orderBy('name')).map(toPerson);
}

/** A person as signing in needs them; the hash is null where they have no password. */
export interface Account extends Person {
  readonly organisation: string;
  readonly passwordHash: string | null;
}

const toAccount = (row: DetailsRow): Account => ({
  ...toPerson(row),
  organisation: row.organisation,
  passwordHash: row.password_hash || null,
});

/** The person of that id; undefined when there is none any more. */
export async function findPerson(db: Knex, id: string): Promise<Account | undefined> {
  const row = await details(db).where({ person: id }).first();
  return row && toAccount(row);
}

/** The person with that address, however it is capitalised. */
export async function findByEmail(db: Knex, email: string): Promise<Account | undefined> {
  const row = await details(db)
    .where({ email: sameEmail(email) })
    .first();
  return row && toAccount(row);
}

/** A person of the organisation. Throws `not_found`. */
export async function requirePersonOf(db: Knex, organisation: string, id: string): Promise<Account> {
  const found = await findPerson(db, id);
  if (found?.organisation !== organisation) throw new SignalboxError('not_found', { what: 'person of that id' });
  return found;
}

interface NewPerson {
  readonly name: string;
  readonly email: string;
  /** Null for somebody who signs in by a provider alone. */
  readonly passwordHash: string | null;
  readonly grants: readonly Grant[];
}

/** Adds a person inside a change of the caller's. Throws `email_taken`. */
export async function insertPerson(trx: Knex, organisation: string, id: string, input: NewPerson): Promise<Person> {
  const { name } = input;
  const grants = [...input.grants];
  const email = sameEmail(input.email);
  if (await findByEmail(trx, email)) throw new SignalboxError('email_taken');
  await trx('people').insert({ id, organisation, grants_json: JSON.stringify(grants), created_at: Date.now() });
  const password_hash = input.passwordHash ?? '';
  await trx('person_details').insert({ person: id, organisation, name, email, password_hash });
  return { id, name, email, grants };
}

/** Adds a person; the history gets the id and the grants, never a name. Throws `email_taken` for an address in use. */
export async function createPerson(store: ControlStore, actor: Actor, input: NewPerson): Promise<Person> {
  const id = newId('per');
  const change = { action: 'person.create', objectType: 'person', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => ({
    before: null,
    after: { grants: input.grants },
    value: await insertPerson(trx, actor.organisation, id, input),
  }));
}

/** Whether somebody else is an admin as well. Sure only inside a change. */
export async function hasOtherAdmin(trx: Knex, organisation: string, id: string): Promise<boolean> {
  const people = await listPeople(trx, organisation);
  return people.some((person) => person.id !== id && isAdmin(person.grants));
}

async function requireOtherAdmin(trx: Knex, organisation: string, { id, grants }: Person): Promise<void> {
  if (isAdmin(grants) && !(await hasOtherAdmin(trx, organisation, id))) throw new SignalboxError('last_admin');
}

/** Gives a person other grants, which count for their next request. Throws `not_found` and `last_admin`. */
export async function changeGrants(
  store: ControlStore,
  actor: Actor,
  id: string,
  { grants, reason }: { readonly grants: Grant[]; readonly reason: string | null },
): Promise<Person> {
  const change = { action: 'person.change_grants', objectType: 'person', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const { name, email, ...before } = await requirePersonOf(trx, actor.organisation, id);
    const old = { id, name, email, grants: before.grants };
    if (!isAdmin(grants)) await requireOtherAdmin(trx, actor.organisation, old);
    await trx('people')
      .where({ id })
      .update({ grants_json: JSON.stringify(grants) });
    return { before: { grants: old.grants }, after: { grants }, value: { ...old, grants } };
  });
}

/** Tables that hold what belongs to a person alone. */
const OF_A_PERSON = ['second_factors', 'recovery_codes', 'person_identities', 'person_details'] as const;

/** Erases a person's details and ends their sessions at once; the id stays. Throws `not_found` and `last_admin`. */
export async function removePerson(store: ControlStore, actor: Actor, id: string, reason: string): Promise<void> {
  const change = { action: 'person.remove', objectType: 'person', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const person = await requirePersonOf(trx, actor.organisation, id);
    await requireOtherAdmin(trx, actor.organisation, person);
    await endSessionsOf(trx, id, null);
    await forgetFailures(trx, person.email);
    for (const table of OF_A_PERSON) await trx(table).where({ person: id }).delete();
    return { before: { grants: person.grants }, after: null, value: undefined };
  });
}

/** Lets somebody try to sign in again whose account was locked by failed attempts. */
export async function unlockPerson(store: ControlStore, actor: Actor, id: string): Promise<void> {
  const change = { action: 'person.unlock', objectType: 'person', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    const { email } = await requirePersonOf(trx, actor.organisation, id);
    await forgetFailures(trx, email);
    return { before: null, after: { unlocked: true }, value: undefined };
  });
}
