import { expect, it } from 'vitest';
import { runUsage } from '../../load/usage-run.ts';
import { dialects } from '../control/house.ts';
import { openUsageHouse } from './house.ts';

it.each(dialects)('the load scenario of usage holds on %s when it is small', async (dialect) => {
  const house = await openUsageHouse(dialect);
  try {
    const size = { records: 300, hours: 24 * 10, requests: 100_000, smaller: 40, mostMs: null };
    const { broken, figures } = await runUsage(house.database, house.stores, size, () => {});
    expect(broken).toEqual([]);
    expect(figures.length).toBeGreaterThan(15);
  } finally {
    await house.close();
  }
});
