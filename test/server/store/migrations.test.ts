import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createBudget } from '../../../server/control/budgets.ts';
import { createControl } from '../../../server/control/control.ts';
import { findDraft } from '../../../server/control/drafts.ts';
import { seed } from '../../../server/control/seed.ts';
import { openDatabase } from '../../../server/store/database.ts';
import { budgetTree } from '../../../server/store/migrations/budget-tree.ts';
import { testsAndArchive } from '../../../server/store/migrations/tests-and-archive.ts';
import { freshDatabase } from '../../postgres.ts';
import { SHIPPED } from '../control/house.ts';

const server = inject('postgresUrl');

describe.each(server === null ? ['sqlite'] : ['sqlite', 'postgres'])('a database of before on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-migrations-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
    await postgres?.drop();
  });

  it('keeps its policies, which have no tests and are in no archive', async () => {
    const options = { dataDir, ...(postgres && { databaseUrl: postgres.url }) };
    const first = await openDatabase(options);
    await seed(await createControl(first), SHIPPED);
    await testsAndArchive.down(first.control);
    await first.control('knex_migrations').where({ name: testsAndArchive.name }).delete();
    const rows = async (database: typeof first) => ({
      policies: await database.control('policies').select('id', 'name', 'live_version', 'created_at'),
      versions: await database.control('versions').select('policy', 'number', 'graph_json', 'digest'),
      columns: Object.keys(await database.control('drafts').columnInfo()).filter((name) => name === 'tests_json'),
    });
    const before = await rows(first);
    expect(before.columns).toEqual([]);
    await first.close();

    const second = await openDatabase(options);
    try {
      expect(await rows(second)).toEqual({ ...before, columns: ['tests_json'] });
      const control = await createControl(second);
      const [organisation = ''] = control.snapshot().organisations.keys();
      const [policy] = control.snapshot().policies.values();
      expect(policy).toMatchObject({ name: 'starter', version: 1 });
      expect(await findDraft(control.db, organisation, policy?.id ?? '')).toMatchObject({ tests: [] });
    } finally {
      await second.close();
    }
  });

  it('keeps its budgets, which are parts of nothing and have no limits but their own', async () => {
    const options = { dataDir, ...(postgres && { databaseUrl: postgres.url }) };
    const first = await openDatabase(options);
    const control = await createControl(first);
    await seed(control, SHIPPED);
    const [organisation = ''] = control.snapshot().organisations.keys();
    const fields = { scope: ['team'], window: 'month', timeZone: 'UTC', unit: 'usd', limit: 7, owner: 'Ada' } as const;
    const input = { ...fields, scope: ['team'], name: 'Teams', limits: { 'team=ads': 5 }, thresholds: [0.5] };
    const { id } = await createBudget(control, { id: 'person_1', organisation }, input, 'to begin with');
    await budgetTree.down(first.control);
    await first.control('knex_migrations').where({ name: budgetTree.name }).delete();
    expect(Object.keys(await first.control('budgets').columnInfo())).not.toContain('limits_json');
    await first.close();

    const second = await openDatabase(options);
    try {
      const again = await createControl(second);
      const kept = { ...fields, name: 'Teams', limits: {}, thresholds: [0.8, 1], parent: null, revision: 1 };
      expect(again.snapshot().budgets.get(id)).toMatchObject(kept);
      expect(await second.control('budget_revisions').where({ budget: id })).toMatchObject([
        { revision: 1, limit_amount: 7, limits_json: '{}', thresholds_json: '[0.8,1]', parent: null },
      ]);
      expect(await second.control('budget_plans')).toEqual([]);
    } finally {
      await second.close();
    }
  });
});
