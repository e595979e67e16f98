import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../server/records/record.ts';
import { forgetValue } from '../../../server/usage/forget.ts';
import { rebuildUsage } from '../../../server/usage/rebuild.ts';
import { rollStep } from '../../../server/usage/roller.ts';
import { SUMS } from '../../../server/usage/tables.ts';
import { Teams } from '../../../server/usage/teams.ts';
import { dialects } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';
import { tablesWith } from '../store/everything-stored.ts';
import { openUsageHouse, rollAll, type UsageHouse } from './house.ts';
import { differences, drawn, FROM, plainSums, recordOf, tableSums } from './traffic.ts';

const one = <const T>(...values: T[]) => fc.constantFrom(...values);

describe.each(dialects)('a value that is taken out of the sums on %s', { timeout: 60_000 }, (dialect) => {
  let house: UsageHouse;
  let teams: Teams;
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
    teams = new Teams(house.stores.control);
  });
  afterAll(() => house.close());

  const commit = (records: readonly RequestRecord[]) => house.database.records.commit({ intents: [], records });
  const usage = () => ({ ...house.database.usage, sums: house.database.sumTables });
  const forget = (value: string) => forgetValue(usage(), { organisation: 'org_1', tag: { name: 'user', value } });

  /** Takes the name out of records, as a deletion does, and gives what is left of them. */
  async function deleteOf(
    records: readonly RequestRecord[],
    value: string,
    project: string | null,
  ): Promise<RequestRecord[]> {
    const left: RequestRecord[] = [];
    for (const record of records) {
      const { user, ...tags } = record.tags;
      const isMeant =
        record.organisation === 'org_1' && user?.value === value && (project === null || record.project === project);
      if (isMeant) {
        await house.database
          .recordTables('records')
          .where({ id: record.id })
          .update({ tags: JSON.stringify(tags) });
      }
      left.push(isMeant ? { ...record, tags } : record);
    }
    return left;
  }

  it('leaves what would be summed up from the records that are left, also while sums are being made', async () => {
    const step = fc.oneof(
      fc.array(drawn, { minLength: 1, maxLength: 8 }).map((records) => ({ do: 'commit', records }) as const),
      fc.record({ do: one('roll'), limit: fc.integer({ min: 1, max: 5 }) }),
      fc.record({
        do: one('delete'),
        value: one('ada', 'grace', 'x'.repeat(300)),
        project: one(null, null, 'project_1'),
        beside: one('nothing', 'rolling', 'rebuilding'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        await house.database.recordTables('records').delete();
        await house.beginHere();
        let committed: RequestRecord[] = [];
        for (const step of steps) {
          if (step.do === 'commit') {
            const records = step.records.map(recordOf);
            committed.push(...records);
            await commit(records);
          } else if (step.do === 'roll') await rollStep(house.stores, teams, SUMS, step.limit);
          else {
            const other = new Teams(house.stores.control);
            const beside = {
              nothing: async () => {},
              rolling: () => rollStep(house.stores, other),
              rebuilding: () => rebuildUsage(house.stores, () => {}, 3),
            }[step.beside]();
            committed = await deleteOf(committed, step.value, step.project);
            await Promise.all([forget(step.value), beside]);
          }
        }
        await rollAll(house.database);
        expect(differences(await tableSums(house.stores), plainSums(committed))).toEqual([]);
      }),
      { numRuns: dialect === 'sqlite' ? 40 : 10 },
    );
  });

  it('is gone where its records had lost it long before, and stays what others are called', async () => {
    await house.beginHere();
    const tagged = (name: string, value: string) =>
      exampleRecord({ organisation: 'org_1', at: FROM, content: null, tags: { [name]: { value, source: 'caller' } } });
    const old = tagged('user', 'hypatia');
    await commit([old, tagged('user', 'hypatia 2'), tagged('workflow', 'hypatia')]);
    await rollAll(house.database);
    await house.database.recordTables('records').where({ id: old.id }).update({ tags: '{}' });
    await forget('hypatia');
    const values = (dimension: string) =>
      house.stores.sums(SUMS).where({ dimension, level: 'hour' }).whereNot({ value: '' }).pluck('value');
    expect(await values('user')).toEqual(['=hypatia 2']);
    expect(await values('workflow')).toEqual(['=hypatia']);
    const total = await house.stores.sums(SUMS).where({ dimension: 'user', level: 'month' }).sum({ n: 'requests' });
    expect(Number(total[0]?.n)).toBe(3);
    for (const name of ['team', 'session', 'nothing']) {
      await forgetValue(usage(), { organisation: 'org_1', tag: { name, value: 'hypatia' } });
    }
    expect(await tablesWith(house.stores.sums, dialect, 'hypatia')).toEqual([SUMS]);
  });
});
