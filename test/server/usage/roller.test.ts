import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_VALUES } from '../../../server/usage/dimensions.ts';
import { OtherRecords, rollStep } from '../../../server/usage/roller.ts';
import { CURSORS, SUMS } from '../../../server/usage/tables.ts';
import { Teams } from '../../../server/usage/teams.ts';
import { dialects } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';
import { openUsageHouse, type UsageHouse } from './house.ts';
import { countIn, differences, drawn, FROM, plainSums, recordOf, tableSums } from './traffic.ts';

describe.each(dialects)('the roller on %s', (dialect) => {
  let house: UsageHouse;
  let teams: Teams;
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
    teams = new Teams(house.stores.control);
  });
  afterAll(() => house.close());

  const commit = (records: readonly ReturnType<typeof recordOf>[]) =>
    house.database.records.commit({ intents: [], records });
  const rollAll = async (limit?: number) => {
    while ((await rollStep(house.stores, teams, SUMS, limit)) > 0);
  };

  it('adds every record once, in whatever steps, and whenever it is stopped in the middle', async () => {
    const step = fc.oneof(
      fc.array(drawn, { minLength: 1, maxLength: 8 }).map((records) => ({ do: 'commit', records }) as const),
      fc.record({ do: fc.constant('roll' as const), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('die' as const), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ do: fc.constant('two at a time' as const), limit: fc.integer({ min: 1, max: 5 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await house.beginHere();
        const committed: ReturnType<typeof recordOf>[] = [];
        for (const one of steps) {
          if (one.do === 'commit') {
            const records = one.records.map(recordOf);
            committed.push(...records);
            await commit(records);
          } else if (one.do === 'roll') await rollStep(house.stores, teams, SUMS, one.limit);
          else if (one.do === 'die') await dieAfter(house, teams, one.limit);
          else {
            const other = new Teams(house.stores.control);
            await Promise.all([
              rollStep(house.stores, teams, SUMS, one.limit),
              rollStep(house.stores, other, SUMS, one.limit),
            ]);
          }
        }
        await rollAll();
        expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);
      }),
      { numRuns: dialect === 'sqlite' ? 40 : 15 },
    );
  });

  it('knows the team of a project where a request has no tag of it', async () => {
    await house.beginHere();
    await house.database.control('organisations').insert({
      id: 'org_1',
      name: 'One',
      secret: 's',
      created_at: 1,
    });
    await house.database
      .control('teams')
      .insert({ id: 'team_1', organisation: 'org_1', name: 'Search', created_at: 1 });
    await house.database.control('projects').insert({
      id: 'project_1',
      organisation: 'org_1',
      team: 'team_1',
      name: 'Shop',
      created_at: 1,
    });
    await commit([exampleRecord({ tags: {} })]);
    await rollAll();
    const teamsSeen = await house.stores.sums(SUMS).where({ dimension: 'team', level: 'hour' }).pluck('value');
    expect(teamsSeen).toEqual(['=Search']);
  });

  it('keeps so many values of an hour and counts the others together, the same ones in whatever steps', async () => {
    const most = MOST_VALUES.hour;
    const records = Array.from({ length: most + 60 }, (_, i) =>
      exampleRecord({
        at: FROM + i,
        content: null,
        tags: { user: { value: `user ${i}`, source: 'caller' }, team: { value: 'search', source: 'key' } },
      }),
    );
    await house.beginHere();
    await commit(records);
    await rollAll(700);
    const inSteps = await tableSums(house.stores);
    expect(await countIn(house.stores, 'user', 'hour')).toEqual({ rows: most + 1, requests: most + 60 });
    expect(await countIn(house.stores, 'user', 'hour', true)).toEqual({ rows: 1, requests: 60 });
    expect(await countIn(house.stores, 'user', 'day', true)).toEqual({ rows: 0, requests: 0 });
    // A team stays known where its users are too many.
    const others = house.stores.sums(SUMS).where({ dimension: 'team,user', level: 'hour', second: '*' });
    expect(await others.select('value', 'requests')).toEqual([{ value: '=search', requests: 60 }]);

    await house.stores.sums(SUMS).delete();
    const [first] = records;
    await rewind(house, first?.id ?? '');
    await rollAll(5_000);
    expect(differences(await tableSums(house.stores), inSteps)).toEqual([]);
  });

  it('says so when the records are not those that it has summed up', async () => {
    await house.beginHere();
    await commit([exampleRecord(), exampleRecord()]);
    await rollAll();
    const cursor = () => house.stores.sums(CURSORS).where({ name: SUMS });
    await cursor().update({ record: 'req_another' });
    await expect(rollStep(house.stores, teams)).rejects.toThrow(OtherRecords);
    await cursor().increment('position', 1_000_000);
    await expect(rollStep(house.stores, teams)).rejects.toThrow(OtherRecords);
  });
});

/** A step that is stopped after all its work, before any of it is kept: nobody may see a part of it. */
async function dieAfter(house: UsageHouse, teams: Teams, limit: number): Promise<void> {
  const killed = new Error('killed');
  const work = house.stores.sums.transaction(async (trx) => {
    await rollStep({ ...house.stores, sums: trx }, teams, SUMS, limit);
    throw killed;
  });
  await work.catch((error: unknown) => {
    if (error !== killed) throw error;
  });
}

/** Puts the cursor back to where a record comes next. */
async function rewind(house: UsageHouse, first: string): Promise<void> {
  const { dialect, records: readers } = house.stores;
  const column = dialect === 'sqlite' ? 'rowid' : 'position';
  const [place] = await readers('records').where({ id: first }).pluck(column);
  const [before] = await readers('records').where(column, '<', place).orderBy(column, 'desc').limit(1).select('id', {
    place: column,
  });
  await house.stores
    .sums(CURSORS)
    .where({ name: SUMS })
    .update({ position: before?.place ?? 0, record: before?.id ?? '' });
}
