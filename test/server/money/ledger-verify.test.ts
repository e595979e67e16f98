/** What the verification of a ledger finds: nothing in a sound one, and whatever row is spoiled. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NO_USAGE } from '../../../policies/request.ts';
import { createBudget } from '../../../server/control/budgets.ts';
import { type Control, createControl } from '../../../server/control/control.ts';
import type { Actor } from '../../../server/control/history.ts';
import { setPrice } from '../../../server/control/prices.ts';
import { seed } from '../../../server/control/seed.ts';
import type { BudgetEntry } from '../../../server/control/snapshot.ts';
import { postResets, resetSpend, topUp } from '../../../server/control/top-ups.ts';
import { BudgetCounters } from '../../../server/money/counters.ts';
import { intentsIn } from '../../../server/records/intent-files.ts';
import { recoverLost } from '../../../server/records/recover.ts';
import { type Database, openDatabase } from '../../../server/store/database.ts';
import { postgresKnex } from '../../../server/store/postgres.ts';
import { sqliteWriter } from '../../../server/store/sqlite.ts';
import { type LedgerToVerify, verifyLedger } from '../../../server/verify/ledger.ts';
import { freshDatabase } from '../../postgres.ts';
import { SHIPPED } from '../control/house.ts';
import { exampleCharge, exampleRecord, intentOf } from '../records/example.ts';

const server = inject('postgresUrl');
const PROGRAM = join(import.meta.dirname, '../../../server/verify/main.ts');

describe.each(['sqlite', ...(server === null ? [] : ['postgres'])] as const)('the ledger on %s', (dialect) => {
  let dataDir = '';
  let postgres: Awaited<ReturnType<typeof freshDatabase>> | null = null;
  let database: Database;
  let records: Knex;
  let ledger: LedgerToVerify;
  let control: Control;
  let actor: Actor;
  let budget: BudgetEntry;
  /** Ids of a settled request, and of one that is under way. */
  let settled = '';
  let underWay = '';

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'signalbox-verify-'));
    postgres = dialect === 'postgres' && server !== null ? await freshDatabase(server) : null;
    database = await openDatabase({ dataDir, ...(postgres && { databaseUrl: postgres.url }) });
    records = postgres
      ? postgresKnex(postgres.url, 'records', 2)
      : sqliteWriter(join(dataDir, 'records.db'), 'process');
    ledger = {
      dialect: database.dialect,
      control: database.control,
      records,
      intentsInFiles: async () => (postgres ? [] : intentsIn(join(dataDir, 'intents'))),
    };
    control = await createControl(database);
    await seed(control, SHIPPED);
    const [organisation = ''] = control.snapshot().organisations.keys();
    actor = { id: 'person_1', organisation };
    const fields = { name: 'Search', window: 'total', timeZone: 'UTC', unit: 'usd', limit: 1e9, owner: null } as const;
    const { id } = await createBudget(control, actor, { ...fields, scope: ['team'], project: null }, 'to begin');
    const stored = control.snapshot().budgets.get(id);
    if (!stored) throw new Error('The budget is missing.');
    budget = stored;
    const rate = { aboveInputTokens: 0, input: 1e9, cachedInput: 1e9, cacheWrite: 1e9, output: 1e9 };
    await setPrice(control, actor, { model: 'openai/gpt-5-mini', price: [rate], effectiveFrom: null }, 'as agreed');

    const at = Date.now() + 60_000;
    const charge = exampleCharge({ budget: id, window: 0, settled: 1_000_000 });
    const made = Array.from({ length: 12 }, () => {
      const example = exampleRecord({ organisation, at, cost: 1_000_000, charges: [charge] });
      return { ...example, attempts: example.attempts.map((attempt) => ({ ...attempt, cost: 1_000_000 })) };
    });
    const [last, ...done] = made.reverse();
    if (!last) throw new Error('There is no record.');
    await database.records.commit({ intents: made.map(intentOf), records: [] });
    await database.records.commit({ intents: [], records: done });
    settled = done[0]?.id ?? '';
    underWay = last.id;

    const counters = new BudgetCounters(await database.records.spend(0));
    const scope = 'team=search';
    await topUp(control, counters, actor, budget, { scope, amount: 500, reason: 'the launch' });
    const reset = { scope, reason: 'a fresh start' };
    await resetSpend(control, { counters, records: database.records }, actor, budget, reset);
  });
  afterAll(async () => {
    await records.destroy();
    await database.close();
    await postgres?.drop();
    await rm(dataDir, { recursive: true });
  });

  const verify = () => verifyLedger(ledger, () => {});

  it('adds up, with a request under way', async () => {
    expect(await verify()).toEqual({ records: 11, counters: 2, open: 1, differences: [] });
  });

  /** Changes rows, verifies, and puts them back. */
  async function spoiled(
    db: Knex,
    table: string,
    where: Record<string, unknown>,
    change: Record<string, unknown> | null,
  ): Promise<string> {
    const rows: Record<string, unknown>[] = await db(table).where(where);
    expect(rows).toHaveLength(1);
    if (change === null) await db(table).where(where).delete();
    else await db(table).where(where).update(change);
    try {
      return (await verify()).differences.join('\n');
    } finally {
      await db(table)
        .where(change === null ? where : { ...where, ...change })
        .delete();
      await db(table).insert(rows);
    }
  }

  it('shows a spoiled record', async () => {
    const { charges = '', detail = '' } = (await records('records').where({ id: settled }).first()) ?? {};
    const where = { id: settled };
    expect(await spoiled(records, 'records', where, { cost: 7 })).toMatch(
      /its cost is 7, and its attempts cost 1000000/,
    );
    const dearer = { cost: 2_000_000, detail: detail.replace('"cost":1000000', '"cost":2000000') };
    expect(await spoiled(records, 'records', where, dearer)).toMatch(
      /cost 2000000, and at the price of its time 1000000/,
    );
    expect(await spoiled(records, 'records', where, { input_tokens: 1 })).toMatch(/its tokens are not those/);
    expect(await spoiled(records, 'records', where, { charges: '[' })).toMatch(/its charges cannot be read/);
    const twice = JSON.stringify([...JSON.parse(charges), ...JSON.parse(charges)]);
    expect(await spoiled(records, 'records', where, { charges: twice })).toMatch(/settles the same budget twice/);
    const less = charges.replace('"settled":1000000', '"settled":999999');
    const words = await spoiled(records, 'records', where, { charges: less });
    expect(words).toMatch(
      /“Search” for team=search since its beginning counts \$0\.011000000 .* \$0\.010999999: \$0\.000000001 too much/,
    );
    expect(words).toMatch(/Charged there: req_\S+, req_/);
    const other = JSON.stringify({ ...JSON.parse(detail), sequence: JSON.parse(detail).sequence - 1 });
    expect(await spoiled(records, 'records', where, { detail: other })).toMatch(/may have settled twice/);
    expect(await spoiled(records, 'records', where, null)).toMatch(/\$0\.001000000 too much/);
  });

  it('shows a spoiled hour, which forecasts would read', async () => {
    const { hour = 0 } = (await records('spend_by_hour').first()) ?? {};
    const words = await spoiled(records, 'spend_by_hour', { hour }, { spent: 5 });
    expect(words).toMatch(
      /by the hour of the budget “Search” for team=search counts 5 in the hour .* add up to 11000000/,
    );
    expect(await spoiled(records, 'spend_by_hour', { hour }, null)).toMatch(/counts 0 in the hour/);
  });

  it('shows a spoiled counter, correction, top-up and reset', async () => {
    const project = { project: 'project_1' };
    expect(await spoiled(records, 'spend', project, { spent: 11_000_005 })).toMatch(/\$0\.000000005 too much/);
    expect(await spoiled(records, 'spend', project, null)).toMatch(/counts \$0\.000000000 .*too little/);
    const { reference } = (await records('corrections').first()) ?? {};
    const words = await spoiled(records, 'corrections', { reference }, { spent: -10_999_999 });
    expect(words).toMatch(/\$0\.000000001 too little/);
    expect(words).toMatch(/was of -11000000, and its correction is of -10999999/);
    expect(await spoiled(records, 'corrections', { reference }, null)).toMatch(/its correction is not in the ledger/);
    const { db } = control;
    const topUps = { kind: 'top_up' };
    expect(await spoiled(db, 'budget_adjustments', topUps, { amount: 501 })).toMatch(
      /top-up adj_\S+ .* not as the history/,
    );
    expect(await spoiled(db, 'budget_adjustments', topUps, null)).toMatch(
      /The history has the top-up adj_\S+, which is missing/,
    );
    expect(await spoiled(db, 'budget_adjustments', { kind: 'reset' }, null)).toMatch(/which nobody has decided/);
  });

  it('shows a reset that its process did not live to post, which the next start posts once', async () => {
    const scope = 'team=search';
    const counters = new BudgetCounters(await database.records.spend(0));
    counters.cell(budget, scope, Date.now()).spent = 40;
    const cut = { ...database.records, correct: () => Promise.reject(new Error('The process died here.')) };
    const reset = { scope, reason: 'another fresh start' };
    const twice = [1, 2].map(() => resetSpend(control, { counters, records: cut }, actor, budget, reset));
    const [first, second] = await Promise.allSettled(twice);
    expect(first).toMatchObject({ reason: { message: 'The process died here.' } });
    expect(second).toMatchObject({ reason: { code: 'invalid_input' } });
    expect((await verify()).differences).toEqual([
      expect.stringMatching(/reset adj_\S+ .* its correction is not in the ledger/),
    ]);

    const spent = async () => (await database.records.spend(0)).find((one) => one.scope === scope)?.spent;
    const before = (await spent()) ?? 0;
    await postResets(control.db, database.records);
    await postResets(control.db, database.records);
    expect(await spent()).toBe(before - 40);
    expect((await verify()).differences).toEqual([]);
  });

  it('shows a hold that was not ended', async () => {
    const intent = { gateway: 'gateway_1', organisation: 'org_1', project: 'project_1', at: 1 };
    const body = JSON.stringify({ id: settled, boot: 'boot_1' });
    await records('intents').insert({ ...intent, id: settled, body });
    expect((await verify()).differences).toEqual([
      `The request ${settled} is recorded, and its hold was not ended with it.`,
    ]);
    await records('intents').where({ id: settled }).delete();

    // A later run has written a record, and the request of the run before is still open.
    const later = exampleRecord({ boot: 'boot_2', charges: [], cost: 0, attempts: [], usage: NO_USAGE });
    await database.records.commit({ intents: [], records: [later] });
    expect((await verify()).differences).toEqual([
      `The request ${underWay} of an earlier run of the gateway holds money and was never settled.`,
    ]);
  });

  it('is verified by a command, whose exit code says whether it adds up', async () => {
    const run = () =>
      new Promise<{ code: unknown; said: string }>((resolve) => {
        const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: postgres?.url ?? '' };
        const child = execFile(process.execPath, ['--import', 'tsx', PROGRAM], { env }, (_error, out, failed) =>
          resolve({ code: child.exitCode, said: out + failed }),
        );
      });
    expect(await run()).toMatchObject({ code: 1, said: expect.stringContaining('one thing to look at') });
    await recoverLost(database.records, 'gateway_1', Date.now());
    expect(await verify()).toEqual({ records: 13, counters: 2, open: 0, differences: [] });
  });
});
