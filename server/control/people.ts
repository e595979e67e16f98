/** People: ids that the history names for ever, and details that can be erased. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';

export const personSchema = z.object({ id: z.string(), name: z.string(), email: z.string() });
type Person = z.infer<typeof personSchema>;

interface DetailsRow {
  readonly person: string;
  readonly organisation: string;
  readonly name: string;
  readonly email: string;
  readonly password_hash: string;
}

const toPerson = (row: DetailsRow): Person => ({ id: row.person, name: row.name, email: row.email });
const sameEmail = (email: string): string => email.trim().toLowerCase();

/** Everyone of an organisation whose details were not erased. */
export async function listPeople(db: Knex, organisation: string): Promise<Person[]> {
  return (await db<DetailsRow>('person_details').where({ organisation }).orderBy('name')).map(toPerson);
}

/** The person that a session names; undefined when there is none any more. */
export async function findPerson(db: Knex, id: string): Promise<(Person & { organisation: string }) | undefined> {
  const row = await db<DetailsRow>('person_details').where({ person: id }).first();
  return row && { ...toPerson(row), organisation: row.organisation };
}

/** What a sign-in needs of the person with that address, however it is capitalised. */
export async function findByEmail(
  db: Knex,
  email: string,
): Promise<{ readonly person: Person; readonly passwordHash: string } | undefined> {
  const row = await db<DetailsRow>('person_details')
    .where({ email: sameEmail(email) })
    .first();
  return row && { person: toPerson(row), passwordHash: row.password_hash };
}

/** Adds a person; the history gets the id alone. */
export async function createPerson(
  store: ControlStore,
  actor: Actor,
  input: { readonly name: string; readonly email: string; readonly passwordHash: string },
): Promise<string> {
  const { organisation } = actor;
  const id = newId('per');
  const change = { action: 'person.create', objectType: 'person', objectId: id, reason: null };
  return store.change(actor, change, async (trx) => {
    await trx('people').insert({ id, organisation, created_at: Date.now() });
    await trx('person_details').insert({
      person: id,
      organisation,
      name: input.name,
      email: sameEmail(input.email),
      password_hash: input.passwordHash,
    });
    return { before: null, after: null, value: id };
  });
}
