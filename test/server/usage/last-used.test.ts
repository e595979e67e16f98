import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTraffic } from '../../../policies/record-status.ts';
import { MOST_VALUES } from '../../../server/usage/dimensions.ts';
import { lastUsed } from '../../../server/usage/last-used.ts';
import { SUMS } from '../../../server/usage/tables.ts';
import { startOf } from '../../../server/usage/times.ts';
import { dialects } from '../control/house.ts';
import { exampleRecord } from '../records/example.ts';
import { openUsageHouse, rollAll, type UsageHouse } from './house.ts';

const FROM = Date.UTC(2024, 11, 1);
const TO = Date.UTC(2026, 2, 1);
const use = fc.record({
  organisation: fc.constantFrom('org_1', 'org_1', 'org_2'),
  key: fc.constantFrom('key_1', 'key_2', 'key_3'),
  at: fc.integer({ min: FROM, max: TO }),
  status: fc.constantFrom('ok' as const, 'blocked' as const, 'dry_run' as const, 'counted' as const),
});

describe.each(dialects)('the last use of keys on %s', (dialect) => {
  let house: UsageHouse;
  beforeAll(async () => {
    house = await openUsageHouse(dialect);
  });
  afterAll(() => house.close());

  const commit = (fields: readonly object[]) =>
    house.database.records.commit({ intents: [], records: fields.map((one) => ({ ...exampleRecord(), ...one })) });

  it('is the hour of the newest request, summed up or not, whatever other keys and organisations do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(use, { minLength: 1, maxLength: 20 }), fc.nat(20), async (uses, rolled) => {
        await house.beginHere();
        await commit(uses.slice(0, rolled));
        await rollAll(house.database);
        await commit(uses.slice(rolled));
        const expected = new Map<string, number>();
        for (const { organisation, key, at, status } of uses) {
          if (organisation !== 'org_1' || !isTraffic(status)) continue;
          expected.set(key, Math.max(expected.get(key) ?? 0, startOf('hour', at)));
        }
        expect(new Map(await lastUsed(house.database.usage, 'org_1'))).toEqual(expected);
      }),
      { numRuns: dialect === 'sqlite' ? 40 : 15 },
    );
  });

  it('is the day where an hour had too many keys to keep them apart', async () => {
    await house.beginHere();
    const at = Date.UTC(2026, 0, 9, 7);
    const count = MOST_VALUES.hour + 1;
    await commit(Array.from({ length: count }, (_, i) => ({ organisation: 'org_1', key: `key_${i}`, at })));
    await rollAll(house.database);
    const found = await lastUsed(house.database.usage, 'org_1');
    expect(found.size).toBe(count);
    expect([...found.values()].filter((one) => one === at)).toHaveLength(count - 1);
    expect([...found.values()].filter((one) => one === startOf('day', at))).toHaveLength(1);
    expect(await house.database.usage.sums(SUMS).where({ dimension: 'key', level: 'hour', value: '*' })).toHaveLength(
      1,
    );
  });
});
