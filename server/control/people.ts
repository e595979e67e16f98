/** People: ids that the history names for ever, and details that can be erased. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';

export const roleSchema = z.enum(['admin', 'viewer']).meta({
  description: 'An admin changes everything; a viewer sees everything and changes nothing.',
});
type Role = z.infer<typeof roleSchema>;

export const personSchema = z.object({ id: z.string(), name: z.string(), email: z.string(), role: roleSchema });
type Person = z.infer<typeof personSchema>;

interface DetailsRow {
  readonly person: string;
  readonly organisation: string;
  readonly name: string;
  readonly email: string;
  readonly password_hash: string;
  readonly role: string;
}

const toPerson = (row: DetailsRow): Person => ({
  id: row.person,
  name: row.name,
  email: row.email,
  role: roleSchema.parse(row.role),
});

/** People whose details were not erased. */
const details = (db: Knex): Knex.QueryBuilder<DetailsRow, DetailsRow[]> =>
  db<DetailsRow>('person_details')
    .join('people', 'people.id', 'person_details.person')
    .select('person_details.*', 'people.role');

const sameEmail = (email: string): string => email.trim().toLowerCase();

/** Everyone of an organisation whose details were not erased. */
export async function listPeople(db: Knex, organisation: string): Promise<Person[]> {
  return (await details(db).where('person_details.organisation', organisation).orderBy('name')).map(toPerson);
}

/** The person that a session names; undefined when there is none any more. */
export async function findPerson(db: Knex, id: string): Promise<(Person & { organisation: string }) | undefined> {
  const row = await details(db).where({ person: id }).first();
  return row && { ...toPerson(row), organisation: row.organisation };
}

/** What a sign-in needs of the person with that address, however it is capitalised. */
export async function findByEmail(
  db: Knex,
  email: string,
): Promise<{ readonly person: Person; readonly passwordHash: string } | undefined> {
  const row = await details(db)
    .where({ email: sameEmail(email) })
    .first();
  return row && { person: toPerson(row), passwordHash: row.password_hash };
}

/** Adds a person; the history gets the id and the role, never a name. Throws `already_exists` for an address in use. */
export async function createPerson(
  store: ControlStore,
  actor: Actor,
  input: { readonly name: string; readonly email: string; readonly passwordHash: string; readonly role: Role },
): Promise<Person> {
  const { organisation } = actor;
  const id = newId('per');
  const change = { action: 'person.create', objectType: 'person', objectId: id, reason: null };
  const { name, role } = input;
  const email = sameEmail(input.email);
  return store.change(actor, change, async (trx) => {
    if (await findByEmail(trx, email)) throw new SignalboxError('already_exists', { what: 'A person', name: email });
    await trx('people').insert({ id, organisation, role, created_at: Date.now() });
    await trx('person_details').insert({
      person: id,
      organisation,
      name,
      email,
      password_hash: input.passwordHash,
    });
    return { before: null, after: { role }, value: { id, name, email, role } };
  });
}
