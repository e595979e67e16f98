/** What people call the things that the history names by their ids, as they are called today. */
import type { Knex } from 'knex';

const TABLES = ['teams', 'projects', 'keys', 'budgets', 'channels', 'service_tokens', 'provider_accounts'] as const;
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['system', 'Signalbox itself'],
  ['admin-token', 'a program with the admin token'],
]);

/** Gives the name of something by its id; the id itself where nobody knows it any more. */
export async function readNames(db: Knex, organisation: string): Promise<(id: string) => string> {
  const names = new Map(PROGRAMS);
  for (const table of TABLES) {
    const rows: { id: string; name: string }[] = await db(table).where({ organisation }).select('id', 'name');
    for (const { id, name } of rows) names.set(id, name);
  }
  const policies: { id: string; title: string }[] = await db('policies').where({ organisation }).select('id', 'title');
  for (const { id, title } of policies) names.set(id, title);
  const people: { person: string; name: string }[] = await db('person_details')
    .where({ organisation })
    .select('person', 'name');
  for (const { person, name } of people) names.set(person, name);
  return (id) => names.get(id) ?? id;
}
