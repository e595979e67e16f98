import { afterEach, describe, expect, it } from 'vitest';
import { findKey } from '../../../server/access/keys.ts';
import { createControl } from '../../../server/control/control.ts';
import { verifyHistory } from '../../../server/control/history.ts';
import { type SeedSettings, seed } from '../../../server/control/seed.ts';
import { dialects, LAYOUT, modelGraph, openTestDatabase, SHIPPED } from './house.ts';

const budget = {
  key: 'monthly',
  name: 'Monthly',
  scope: ['team'],
  window: 'month',
  timeZone: 'UTC',
  unit: 'usd',
  limit: 1e9,
  owner: null,
} as const;

function budgetGraph() {
  const graph = modelGraph();
  graph.nodes.push({ id: 'pay', kind: 'budget', title: 'Pay', settings: { budget: 'monthly' } });
  return graph;
}

describe.each(dialects)('the first start on %s', (dialect) => {
  let close: () => Promise<void> = async () => {};
  afterEach(() => close());

  async function open() {
    const opened = await openTestDatabase(dialect);
    close = opened.close;
    return { database: opened.database, control: await createControl(opened.database) };
  }

  it('makes a house that works, written down by the system', async () => {
    const { control, database } = await open();
    const shipped = (name: string) => ({
      name,
      title: name,
      description: '',
      graph: budgetGraph(),
      layout: LAYOUT,
      budgets: [{ ...budget, scope: ['team'] }],
    });
    const settings: SeedSettings = { ...SHIPPED, policies: [shipped('starter'), shipped('other')] };
    const seeded = await seed(control, settings);
    const snapshot = control.snapshot();

    expect(seeded?.adminPassword).toBeNull();
    expect(findKey(snapshot, seeded?.apiKey ?? '')).toMatchObject({ projectName: 'default', teamName: 'default' });
    const [organisation = ''] = snapshot.organisations.keys();
    const starter = snapshot.policies.get(snapshot.organisations.get(organisation)?.defaultPolicy ?? '');
    expect(starter).toMatchObject({ name: 'starter', version: 1 });
    expect([...snapshot.policies.values()].map((policy) => policy.name).sort()).toEqual(['other', 'starter']);

    const [id] = snapshot.budgets.keys();
    expect(snapshot.budgets.size).toBe(1);
    expect(JSON.stringify(starter?.graph)).toContain(`"budget":"${id}"`);

    const history = await database.control('history').orderBy('sequence');
    expect(new Set(history.map((entry) => entry.actor))).toEqual(new Set(['system']));
    expect(history.find((entry) => entry.action === 'version.publish')?.reason).toBe('Shipped with Signalbox');
    expect(await verifyHistory(database.control, organisation)).toMatchObject({ ok: true, entries: history.length });
  });

  it('makes up what the settings do not give, and shows it', async () => {
    const { control } = await open();
    const seeded = await seed(control, { ...SHIPPED, adminPassword: null });
    expect(seeded?.adminPassword?.length).toBeGreaterThan(15);
    expect(seeded?.apiKey).toMatch(/^sb_/);
  });

  it('takes a key that the settings give', async () => {
    const { control } = await open();
    const apiKey = 'a-key-of-the-settings-long-enough';
    expect((await seed(control, { ...SHIPPED, apiKey }))?.apiKey).toBeNull();
    expect(findKey(control.snapshot(), apiKey)).toMatchObject({ revoked: false });
  });

  it('happens once', async () => {
    const { control, database } = await open();
    await seed(control, SHIPPED);
    const before = await database.control('history').select('hash');
    expect(await seed(control, SHIPPED)).toBeNull();
    expect(await database.control('history').select('hash')).toEqual(before);
  });

  it('leaves nothing behind when it fails', async () => {
    const { control, database } = await open();
    const twice = [...SHIPPED.policies, ...SHIPPED.policies];
    await expect(seed(control, { ...SHIPPED, policies: twice })).rejects.toMatchObject({ code: 'already_exists' });
    for (const table of ['organisations', 'people', 'policies', 'history', 'history_heads']) {
      expect(await database.control(table), table).toEqual([]);
    }
    expect(await seed(control, SHIPPED)).not.toBeNull();
  });
});
