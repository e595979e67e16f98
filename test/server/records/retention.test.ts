/** What goes because it is too old, or because somebody asked for it; and that the books and the past still fit. */
import type { Knex } from 'knex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../policies/request.ts';
import { sealAll } from '../../../server/audit/sealing.ts';
import { verifyAudit } from '../../../server/audit/verify/audit.ts';
import type { Attempt, RequestRecord } from '../../../server/records/record.ts';
import { Retention } from '../../../server/records/retention.ts';
import { verifyLedger } from '../../../server/verify/ledger.ts';
import { dialects, type House, openHouse, recordOf } from '../control/house.ts';
import { tablesWith } from '../store/everything-stored.ts';
import { rollAll } from '../usage/house.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.now();
const tag = (value: string) => ({ value, source: 'caller' }) as const;

describe.each(dialects)('retention on %s', { timeout: 60_000 }, (dialect) => {
  let house: House;
  let retention: Retention;
  let now: number;
  const cleared = { times: 0 };
  beforeEach(async () => {
    cleared.times = 0;
    house = await openHouse(dialect);
    now = NOW;
    retention = newRetention();
  });
  afterEach(async () => {
    await retention.stop();
    await house.close();
  });

  const newRetention = (): Retention =>
    new Retention({
      control: house.control,
      stores: { dialect, records: house.database.recordTables, readers: house.database.usage.records },
      usage: { ...house.database.usage, sums: house.database.sumTables },
      cache: {
        async clear() {
          cleared.times += 1;
        },
      },
      now: () => now,
      reportFault: (error) => {
        throw error;
      },
    });
  const tables = (): Knex => house.database.recordTables;
  const verify = () => verifyAudit(house.audit.stores, () => {});
  const entries = (action: string) => house.control.db('history').where({ action }).orderBy('sequence');

  /** A request of so many days ago, with what was said. */
  const aged = (days: number, fields: Partial<RequestRecord> = {}): RequestRecord =>
    recordOf(house, {
      at: NOW - days * DAY - 60_000,
      app: 'an app',
      tags: { user: tag('ada'), session: tag('s1') },
      content: { request: '{"said":"my name is Ada"}', answer: 'Hello Ada' },
      ...fields,
    });

  async function commit(records: readonly RequestRecord[]): Promise<void> {
    await house.database.records.commit({ intents: [], records });
    await sealAll(house.audit.stores, NOW);
  }

  async function set(setting: Record<string, unknown>, project?: string): Promise<void> {
    const path = project === undefined ? '/organisation/content-settings' : `/projects/${project}/content-settings`;
    const answer = await house.ask('PUT', path, { setting: { content: 'redacted', ...setting }, reason: 'by law' });
    expect(answer.status).toBe(200);
  }

  async function lookThrough(): Promise<void> {
    retention.start();
    await retention.atRest();
  }

  it('deletes contents after their days and leaves the record, with one entry when it begins and one when it ends', async () => {
    const [old, young] = [aged(31), aged(29)];
    await commit([old, young]);
    await set({ contentDays: 30, recordDays: null });
    await lookThrough();
    expect(await tables()('contents').pluck('id')).toEqual([young.id]);
    expect(await house.database.records.get(house.organisation, old.id)).toMatchObject({
      app: 'an app',
      content: null,
    });
    expect(await entries('deletion.begin')).toHaveLength(1);
    const [end] = await entries('deletion.end');
    expect(JSON.parse(end.after_json)).toMatchObject({ contents: 1, records: 0 });
    expect(end).toMatchObject({ actor: 'system', reason: 'Older than the settings say: contents after 30 days.' });
    expect(await verify()).toMatchObject({ faults: [], remarks: [], tombstones: 1 });
    expect(retention.lookedAt).toBe(NOW);
    expect(cleared.times).toBe(0);

    // Nothing more to delete: nothing more to tell.
    await lookThrough();
    expect(await entries('deletion.begin')).toHaveLength(1);
    now += 2 * DAY;
    await lookThrough();
    expect(await tables()('contents').pluck('id')).toEqual([]);
    expect(await entries('deletion.end')).toHaveLength(2);
    expect((await verify()).faults).toEqual([]);
  });

  it('strips records after their days down to what the books need, also those whose content went before', async () => {
    const charges = [
      { budget: 'bud_1', revision: 1, scope: '', unit: 'usd', window: 0, held: 9000, settled: 9000 },
    ] as const;
    const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 20 };
    const attempt: Attempt = {
      node: 'small',
      model: 'test/small',
      ok: true,
      failure: null,
      status: 200,
      message: 'for Ada',
      usage,
      usageSource: 'provider',
      cost: 9000,
      firstByteMs: 3,
      durationMs: 30,
      upstreamId: 'up_1',
    };
    const requestOf = (days: number, sequence: number, fields: Partial<RequestRecord> = {}): RequestRecord =>
      aged(days, { sequence, attempts: [attempt], ...fields });
    const [oldest, older, young] = [requestOf(101, 1, { charges }), requestOf(40, 2), requestOf(3, 3)];
    await commit([oldest, older, young]);
    const sums = await tables()('spend').select();
    await set({ contentDays: 30, recordDays: 100 });
    await lookThrough();
    expect(await house.database.records.get(house.organisation, oldest.id)).toMatchObject({
      id: oldest.id,
      at: oldest.at,
      key: oldest.key,
      model: oldest.model,
      cost: 9000,
      charges,
      app: null,
      tags: {},
      trace: [],
      facts: {},
      requestedModel: '',
      content: null,
      attempts: [{ ...attempt, message: null, upstreamId: null }],
    });
    expect(await tables()('contents').pluck('id')).toEqual([young.id]);
    now += 61 * DAY;
    await lookThrough();
    expect(await house.database.records.get(house.organisation, older.id)).toMatchObject({ tags: {}, cost: 9000 });
    expect(await tables()('spend').select()).toEqual(sums);
    const ledger = { dialect, control: house.control.db, records: tables(), intentsInFiles: async () => [] };
    expect((await verifyLedger(ledger, () => {})).differences).toEqual([]);
    // The young one has lost its content by now: two records, and two contents by themselves.
    expect(await verify()).toMatchObject({ faults: [], tombstones: 4 });
  });

  it('counts by the settings of the project where it has its own', async () => {
    const team = (await house.ask('POST', '/teams', { name: 'Care' })).body.id;
    const project = (await house.ask('POST', '/projects', { name: 'Care', team })).body.id;
    const [own, other] = [aged(10, { project }), aged(10)];
    await commit([own, other]);
    await set({ contentDays: 5, recordDays: null }, project);
    await lookThrough();
    expect(await tables()('contents').pluck('id')).toEqual([other.id]);
    await set({ contentDays: 9, recordDays: null });
    await lookThrough();
    expect(await tables()('contents').pluck('id')).toEqual([]);
    expect((await verify()).faults).toEqual([]);
  });

  it('deletes what carries a tag and was there when it was asked for, with sessions and feedback, and names nobody', async () => {
    const mine = Array.from({ length: 230 }, (_, i) => aged(i % 9, { sequence: i }));
    const others = [aged(1, { tags: { user: tag('bob'), session: tag('s2') } }), aged(1, { tags: {} })];
    await commit([...mine, ...others]);
    const [first] = mine;
    await house.database.records.giveFeedback({
      organisation: house.organisation,
      project: first?.project ?? '',
      request: first?.id ?? '',
      key: 'key_1',
      requestAt: NOW,
      at: NOW,
      score: 1,
      label: 'good',
      comment: 'Thanks, Ada here',
      policy: null,
      version: null,
      model: null,
      variant: null,
    });
    const meant = { tag: { name: 'user', value: 'ada' }, project: null };
    const found = await house.ask('POST', '/deletions/find', meant);
    expect(found.body).toEqual({ requests: 230, contents: 230 });
    const begun = await house.ask('POST', '/deletions', { ...meant, reason: 'she asked for it' });
    expect(begun).toMatchObject({ status: 201, body: { kind: 'request', expected: 230, endedAt: null, records: 0 } });
    await lookThrough();
    expect(cleared.times).toBe(1);
    const { runs } = (await house.ask('GET', '/deletions')).body;
    expect(runs).toMatchObject([
      { id: begun.body.id, tag: 'user', records: 230, expected: 230, endedAt: expect.any(Number) },
    ]);
    expect((await tables()('contents').pluck('id')).sort()).toEqual(others.map(({ id }) => id).sort());
    expect(await tables()('records').where('tags', 'like', '%ada%')).toEqual([]);
    expect(await tables()('sessions').pluck('session')).toEqual(['s2']);
    expect(await tables()('session_requests').pluck('session')).toEqual(['s2']);
    expect(await tables()('feedback').select('score', 'label', 'comment')).toEqual([
      { score: 1, label: null, comment: null },
    ]);
    const told = JSON.stringify([await house.control.db('history'), await tables()('deletion_runs')]);
    expect(told.toLowerCase()).not.toMatch(/"ada\\*"|=ada\b|\bada\\"/);
    expect(await entries('deletion.end')).toHaveLength(1);
    expect(await verify()).toMatchObject({ faults: [], remarks: [], tombstones: 230 });
    expect((await house.ask('POST', '/deletions', { ...meant, reason: 'again' })).status).toBe(404);
  });

  it('leaves the name of somebody in no table, and all totals as they were', async () => {
    const name = 'hypatia';
    const mine = Array.from({ length: 60 }, (_, i) =>
      aged(i % 40, {
        sequence: i,
        app: null,
        facts: { 'tags.user': name },
        requestedModel: name,
        tags: { user: tag(name), session: tag(`run of ${name}`) },
        content: { request: `{"said":"I am ${name}"}`, answer: name },
      }),
    );
    await commit([...mine, aged(1), aged(2)]);
    await house.database.records.giveFeedback({
      organisation: house.organisation,
      project: mine[0]?.project ?? '',
      request: mine[0]?.id ?? '',
      key: 'key_1',
      requestAt: NOW,
      at: NOW,
      score: 1,
      label: name,
      comment: `Thanks, ${name}`,
      policy: null,
      version: null,
      model: null,
      variant: null,
    });
    const { control, recordTables, sumTables } = house.database;
    const stores = [control, recordTables, sumTables];
    const named = async () => (await Promise.all(stores.map((one) => tablesWith(one, dialect, name)))).flat().sort();
    const totals = () =>
      sumTables('usage_sums')
        .whereNotIn('dimension', ['user', 'team,user'])
        .orderBy(['dimension', 'level', 'at', 'value', 'second'])
        .select();
    const byUser = () =>
      sumTables('usage_sums').where({ dimension: 'user', level: 'month' }).sum({ requests: 'requests', cost: 'cost' });
    await rollAll(house.database);
    const before = [await totals(), await byUser()];
    expect(await named()).toEqual(
      expect.arrayContaining(['contents', 'feedback', 'records', 'session_requests', 'sessions', 'usage_sums']),
    );
    const meant = { tag: { name: 'user', value: name }, project: null };
    expect((await house.ask('POST', '/deletions', { ...meant, reason: 'she asked for it' })).status).toBe(201);
    await lookThrough();
    expect(await named()).toEqual([]);
    expect([await totals(), await byUser()]).toEqual(before);
    expect(await sumTables('usage_sums').where({ dimension: 'user', level: 'month', value: '=ada' })).not.toEqual([]);
    expect(await verify()).toMatchObject({ faults: [], remarks: [] });
    await rollAll(house.database);
    expect(await named()).toEqual([]);
  });

  it('goes on after a stop, and ends a run whose end could not be written down', async () => {
    await commit(Array.from({ length: 120 }, (_, i) => aged(2, { sequence: i })));
    const asked = {
      tag: { name: 'user', value: 'ada' },
      project: null,
      reason: 'she asked',
      expected: 120,
      valueDigest: 'x',
    };
    const actor = { id: 'per_1', organisation: house.organisation };
    const run = await retention.ask(actor, asked);
    // Not started yet: what is there is open, and the past fits all the same.
    expect(await verify()).toMatchObject({ faults: [], tombstones: 0 });
    retention.start();
    await retention.stop();
    const deleted = await tables()('record_tombstones').where({ run: run.id });
    expect(deleted.length).toBeLessThan(120);
    expect((await verify()).faults).toEqual([]);
    retention = newRetention();
    await lookThrough();
    expect(await tables()('record_tombstones').where({ run: run.id })).toHaveLength(120);
    // As if the process had died before it could note that the entry is there.
    await tables()('deletion_runs').update({ ended_at: null, targets_json: '[]' });
    await retention.stop();
    retention = newRetention();
    await lookThrough();
    expect(await entries('deletion.end')).toHaveLength(1);
    expect(await tables()('deletion_runs').whereNull('ended_at')).toEqual([]);
    expect(await verify()).toMatchObject({ faults: [], remarks: [] });
  });

  it('is found out where its tombstones were altered, taken away, or made up', async () => {
    await commit([aged(5), aged(6), aged(1)]);
    await set({ contentDays: 4, recordDays: null });
    await lookThrough();
    expect((await verify()).faults).toEqual([]);
    const [tombstone] = await tables()('record_tombstones').orderBy('record');
    const where = { record: tombstone.record, what: tombstone.what };
    for (const [column, value] of Object.entries(tombstone)) {
      const other =
        typeof value === 'number' ? value + 1 : column === 'left_digest' ? 'x' : `${String(value).slice(0, -1)}~`;
      await tables()('record_tombstones')
        .where(where)
        .update({ [column]: other });
      expect((await verify()).faults.length, column).toBeGreaterThan(0);
      await tables()('record_tombstones')
        .where({ ...where, ...(column in where && { [column]: other }) })
        .update({ [column]: value });
    }
    await tables()('record_tombstones').where(where).delete();
    expect((await verify()).faults.map(({ place }) => place).join()).toContain('deletion del_');
    await tables()('record_tombstones').insert(tombstone);
    expect((await verify()).faults).toEqual([]);
    // Somebody deletes a content by hand, and lays it at the door of a run that has ended, or of one of their own.
    const [left] = await tables()('contents');
    const [link] = await tables()('record_chain').where({ record: left.id });
    await tables()('contents').delete();
    const forged = { ...tombstone, record: left.id, digest: link.content_digest };
    await tables()('record_tombstones').insert(forged);
    expect((await verify()).faults).not.toEqual([]);
    await tables()('record_tombstones').where({ record: left.id }).update({ run: 'del_forged' });
    const [run] = await tables()('deletion_runs');
    await tables()('deletion_runs').insert({ ...run, id: 'del_forged', ended_at: null, targets_json: '[]' });
    expect((await verify()).faults).not.toEqual([]);
  });
});
