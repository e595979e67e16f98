import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyHistory } from '../../../server/control/history.ts';
import type { Route } from '../../../server/control/route.ts';
import { routes } from '../../../server/control/routes/table.ts';
import { neighbourOf } from '../security/neighbour.ts';
import { dialects, type House, openHouse } from './house.ts';
import { EXAMPLES } from './route-examples.ts';

/** Tables that hold no state of the control plane, or the history itself. */
const APART = /^(sqlite_|knex_migrations|sessions$|history)/;

async function tables({ database: { control, dialect } }: House): Promise<string[]> {
  const names: string[] =
    dialect === 'sqlite'
      ? await control('sqlite_master').where({ type: 'table' }).pluck('name')
      : await control('information_schema.tables').whereRaw('table_schema = current_schema()').pluck('table_name');
  return names.filter((name) => !APART.test(name));
}

/** Every row of every table, and how long the history is. */
async function picture(house: House): Promise<{ rows: string; entries: number }> {
  const rows: Record<string, string[]> = {};
  for (const table of await tables(house)) {
    const all: unknown[] = await house.database.control(table);
    rows[table] = all.map((row) => JSON.stringify(row)).sort();
  }
  const entries = await house.database.control('history').count<{ n: number }[]>('* as n');
  return { rows: JSON.stringify(rows), entries: Number(entries[0]?.n) };
}

describe.each(dialects)('every mutating route on %s', (dialect) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  const mutating = routes.filter((route) => route.method !== 'get');
  const nameOf = (route: Route) => `${route.method} ${route.path}`;

  it('has an example here', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(mutating.map(nameOf).sort());
  });

  it('sees all tables of the control plane', async () => {
    expect(await tables(house)).toEqual(
      expect.arrayContaining([
        'budgets',
        'drafts',
        'keys',
        'organisations',
        'people',
        'policies',
        'prices',
        'projects',
        'teams',
        'versions',
      ]),
    );
  });

  it.each(mutating.map((route) => [nameOf(route), route] as const))(
    '%s changes tables only with an entry',
    async (name, route) => {
      const example = EXAMPLES[name];
      if (!example) throw new Error('There is no example of this route.');
      const prepared = (await example.prepare?.(house)) ?? '';
      const before = await picture(house);
      const answer = await example.run(house, prepared);
      const after = await picture(house);
      expect(answer.status, JSON.stringify(answer.body)).toBe(route.status);
      if (example.action === null) {
        expect(after).toEqual(before);
        return;
      }
      expect(after.rows === before.rows).toBe(example.ofRecords === true);
      expect(after.entries).toBe(before.entries + 1);
      const newest = await house.ask('GET', '/history?limit=1');
      expect(newest.body.entries[0]).toMatchObject({
        action: example.action,
        actor: example.by === 'person' ? expect.stringMatching(/^per_/) : 'admin-token',
      });
      expect(await verifyHistory(house.database.control, house.organisation)).toMatchObject({ ok: true });
    },
  );
});

describe('every mutating route with an id of another organisation', () => {
  let house: House;
  let neighbour: House;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    neighbour = await neighbourOf(house);
  });
  afterAll(async () => {
    expect(house.faults).toEqual([]);
    await house.close();
  });

  /** Its digest is of the price list that the program ships, and so nobody's own. */
  const OF_NOBODY = 'post /price-list/accept';
  /** What other people's sessions and codes are to somebody is tried with attacks. */
  const OF_WHO_ASKS = /^\/(account|session)(\/|$)/;
  const naming = routes.flatMap((route) => {
    const name = `${route.method} ${route.path}`;
    const example = EXAMPLES[name];
    if (!example?.prepare || OF_WHO_ASKS.test(route.path) || route.may === 'anyone' || name === OF_NOBODY) return [];
    return [[name, example.prepare, example.run] as const];
  });

  it.each(naming)('%s finds nothing and changes nothing', async (_name, prepare, run) => {
    const prepared = await prepare(house);
    const before = (await picture(house)).rows;
    const answer = await run(neighbour, prepared);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect((await picture(house)).rows).toBe(before);
  });
});
