import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { windowAt } from '../../../policies/budget.ts';
import type { HoldResult } from '../../../policies/effects.ts';
import { newId } from '../../../server/control/ids.ts';
import { refusalsOf } from '../../../server/money/refusals.ts';
import type { Charge, RecordFilter, RequestRecord } from '../../../server/records/record.ts';
import { graphOf, idOf, makeDefault, publish, startGateway } from '../gateway/harness.ts';
import { dialects, type House, openHouse, recordOf } from './house.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 'Europe/Berlin';

interface Wanted {
  readonly name: string;
  readonly window: string;
  readonly limit: number;
  readonly scope?: readonly string[];
}

describe.each(dialects)('how budgets are used up on %s', (dialect) => {
  let house: House;
  const now = Date.now();
  const { start, end } = windowAt('month', ZONE, now);
  const write = (...records: RequestRecord[]) => house.database.records.commit({ intents: [], records });
  beforeAll(async () => {
    house = await openHouse(dialect);
  });
  afterAll(() => house.close());

  async function budget({ scope = [], ...wanted }: Wanted): Promise<string> {
    const body = { ...wanted, scope, timeZone: ZONE, unit: 'usd', owner: null, reason: 'for a test' };
    const made = await house.ask('POST', '/budgets', body);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return made.body.id;
  }

  function charged(id: string, at: number, settled: number, fields: Partial<Charge> = {}): RequestRecord {
    const charge = {
      budget: id,
      revision: 1,
      scope: '',
      unit: 'usd',
      window: start,
      held: 2 * settled,
      settled,
    } as const;
    return recordOf(house, { at, cost: settled, charges: [{ ...charge, ...fields }] });
  }

  const use = (id: string, scope: string, spent: number, toppedUp = 0, held = 0) =>
    house.use.set(id, [{ scope, spent, held, resetsAt: end, ...(toppedUp > 0 && { toppedUp }) }]);

  it('counts up what was spent in the open window, with corrections, and ends at what is spent now', async () => {
    const id = await budget({ name: 'counted', window: 'month', limit: 100e9 });
    const other = await budget({ name: 'other', window: 'month', limit: 100e9 });
    await write(
      charged(id, start - HOUR, 7e9, { window: start - DAY }),
      charged(id, start, 1e9),
      charged(id, start + 10, 2e9),
      charged(id, start + 11, 50e9, { scope: 'team=other' }),
      charged(other, start + 11, 50e9),
    );
    await house.database.records.correct({
      organisation: house.organisation,
      budget: id,
      scope: '',
      unit: 'usd',
      window: start,
      spent: -2.5e9,
      at: start + 12,
      reason: 'too much',
      actor: 'ada',
    });
    use(id, '', 0.5e9, 10e9, 3e9);
    const { status, body } = await house.ask('GET', `/budgets/${id}/burn-down`);
    expect(status, JSON.stringify(body)).toBe(200);
    const asked = body.points.at(-1).at;
    expect(asked).toBeGreaterThanOrEqual(now);
    expect(body).toMatchObject({ unit: 'usd', scope: '', limit: 110e9, held: 3e9, window: { start, end } });
    const points = [
      { at: start, spent: 0 },
      { at: Math.min(start + HOUR, asked), spent: 0.5e9 },
      { at: asked, spent: 0.5e9 },
    ];
    expect(body.points).toEqual(points.filter(({ at }, i) => at !== points[i + 1]?.at));
    expect(body.forecast).toMatchObject({ method: expect.stringContaining('weekday') });
  });

  it('has at most two hundred points', async () => {
    const id = await budget({ name: 'long', window: 'total', limit: 900e9 });
    const hours = Array.from({ length: 500 }, (_, i) => charged(id, now - (i + 1) * HOUR, 1e9, { window: 0 }));
    for (let i = 0; i < hours.length; i += 100) await write(...hours.slice(i, i + 100));
    use(id, '', 500e9);
    const { body } = await house.ask('GET', `/budgets/${id}/burn-down`);
    expect(body.points).toHaveLength(200);
    expect(body.points.at(-1).spent).toBe(500e9);
    expect(body.points[0].at).toBeGreaterThan(now - 501 * HOUR);
    expect(body.window).toEqual({ start: body.points[0].at, end: null });
    const spent = body.points.map((point: { spent: number }) => point.spent);
    expect([...spent].sort((a, b) => a - b)).toEqual(spent);
    expect(body.forecast.runsOutAt).toBeGreaterThan(now + 14 * DAY);
    expect(body.forecast.words).toMatch(/^At the usual pace it runs out on /);
  });

  it('shows each charge of an hour', async () => {
    const id = await budget({ name: 'hourly', window: 'hour', limit: 10e9 });
    // The hour may end while this runs: then it is made in the next one.
    let body: { points: { at: number; spent: number }[]; window: { start: number } };
    do {
      const open = windowAt('hour', ZONE, Date.now()).start;
      await write(charged(id, open, 1e9, { window: open }), charged(id, open, 2e9, { window: open }));
      use(id, '', 3e9);
      body = (await house.ask('GET', `/budgets/${id}/burn-down`)).body;
    } while (body.points.length < 2 || body.window.start !== body.points[0]?.at || body.points[0].spent !== 3e9);
    expect(body.points).toMatchObject([{ at: body.window.start, spent: 3e9 }, { spent: 3e9 }]);
  });

  it('refuses a scope that is no part of the budget, and a budget that is not there', async () => {
    const id = await budget({ name: 'by team', window: 'month', limit: 1e9, scope: ['team'] });
    expect((await house.ask('GET', `/budgets/${id}/burn-down`)).body.error.code).toBe('invalid_input');
    expect((await house.ask('GET', `/budgets/${id}/burn-down?scope=team%3Dnew`)).body).toMatchObject({
      held: 0,
      points: [{ at: start, spent: 0 }, { spent: 0 }],
    });
    expect((await house.ask('GET', '/budgets/nobody/burn-down')).status).toBe(404);
  });

  it('tells of all scopes in use when they run out, the first first', async () => {
    const id = await budget({ name: 'teams', window: 'total', limit: 1000e9, scope: ['team'] });
    const days = Array.from({ length: 30 }, (_, i) => now - (i + 0.5) * DAY);
    const spending = days.flatMap((at) => [
      charged(id, at, 1e9, { scope: 'team=slow', window: 0 }),
      charged(id, at, 10e9, { scope: 'team=fast', window: 0 }),
    ]);
    await write(...spending);
    const used = (scope: string, spent: number) => ({ scope, spent, held: 0, resetsAt: null });
    house.use.clear();
    house.use.set(id, [
      used('team=slow', 30e9),
      used('team=fast', 300e9),
      used('team=new', 2000e9),
      used('team=none', 0),
    ]);
    const { body } = await house.ask('GET', '/forecasts');
    const scopes = body.forecasts.map((one: { scope: string }) => one.scope);
    expect(scopes).toEqual(['team=new', 'team=fast', 'team=slow', 'team=none']);
    expect(body.forecasts[0]).toMatchObject({ budget: id, name: 'teams', share: 2, words: 'It is spent.' });
    const [, fast, slow, none] = body.forecasts;
    // 700 dollars are left at about 10 a day.
    expect((fast.runsOutAt - now) / DAY).toBeGreaterThan(60);
    expect((fast.runsOutAt - now) / DAY).toBeLessThan(80);
    expect(slow).toMatchObject({ runsOutAt: null, enough: true });
    expect(none).toMatchObject({ runsOutAt: null, enough: false });
  });

  it('keeps by the hour what the records add up to', async () => {
    const sums = await house.database.records.spendHistory({
      organisation: house.organisation,
      budget: 'bud_hours',
      scopes: ['a', 'b'],
      from: 0,
      steps: [],
    });
    expect(sums).toEqual([]);
    const at = Date.UTC(2026, 2, 28, 22, 30);
    const charge = (scope: string, moment: number, settled: number) => charged('bud_hours', moment, settled, { scope });
    const record = charge('a', at, 3);
    await write(record, charge('a', at + 29 * 60_000, 4), charge('a', at + HOUR, 5), charge('b', at, 0));
    await write(record, charge('b', at + 30 * HOUR, 6));
    const filter = { organisation: house.organisation, budget: 'bud_hours', from: 0 };
    const history = (scopes: readonly string[], steps: readonly { start: number; end: number }[]) =>
      house.database.records.spendHistory({ ...filter, scopes, steps });
    const hour = at - (at % HOUR);
    expect(await history(['a', 'b'], [])).toEqual([
      { scope: 'a', at: hour, spent: 7 },
      { scope: 'a', at: hour + HOUR, spent: 5 },
      { scope: 'b', at: hour + 30 * HOUR, spent: 6 },
    ]);
    // In Berlin the 28th ends at 23:00 of UTC, and the 29th has 23 hours.
    const midnight = Date.UTC(2026, 2, 28, 23);
    const days = [midnight - 2 * DAY, midnight - DAY, midnight, midnight + 23 * HOUR, midnight + 47 * HOUR];
    const steps = days.slice(0, -1).map((from, i) => ({ start: from, end: days[i + 1] ?? 0 }));
    expect(await history(['a', 'b'], steps)).toEqual([
      { scope: 'a', at: midnight - DAY, spent: 7 },
      { scope: 'a', at: midnight, spent: 5 },
      { scope: 'b', at: midnight + 23 * HOUR, spent: 6 },
    ]);
    expect(await house.database.records.spendHistory({ ...filter, from: midnight, scopes: ['a'], steps })).toEqual([
      { scope: 'a', at: midnight, spent: 5 },
    ]);
    expect(await house.database.records.spendHistory({ ...filter, organisation: 'x', scopes: ['a'], steps })).toEqual(
      [],
    );
  });

  describe('refusals', () => {
    const hold: HoldResult = {
      port: 'exhausted',
      why: 'over_limit',
      budget: '',
      budgetName: 'gate',
      revision: 1,
      scope: 'team=search',
      unit: 'usd',
      limit: 5e9,
      spent: 4.9e9,
      held: 0,
      amount: 0.3e9,
      bounds: { within: 0.3e9, warning: 0.3e9 },
      within: [],
      warning: [],
      outputLimit: 4096,
      resetsAt: null,
      owner: null,
    };
    const refusedBy = (id: string, fields: Partial<RequestRecord> = {}, scope = 'team=search'): RequestRecord =>
      recordOf(house, {
        id: newId('req'),
        status: 'blocked',
        httpStatus: 429,
        errorCode: 'budget_exhausted',
        model: null,
        cost: 0,
        tags: { team: { value: 'search', source: 'key' } },
        trace: [
          { node: 'enter', kind: 'request', port: 'next', reason: 'The request entered.' },
          {
            node: 'gate',
            kind: 'budget',
            port: 'exhausted',
            reason: 'gate is spent.',
            results: [{ ...hold, budget: id, scope }],
          },
          { node: 'no', kind: 'block', port: null, reason: 'The way ends.' },
        ],
        ...fields,
      });

    it('are those of the budget that decided, the newest first, with who asked, for how much and why not', async () => {
      const id = await budget({ name: 'gate', window: 'month', limit: 5e9, scope: ['team'] });
      const [old, newer, elsewhere] = [
        refusedBy(id, { at: now - 3000 }),
        refusedBy(id, { at: now - 1000, key: 'key_7' }),
        refusedBy(id, { at: now - 2000 }, 'team=shop'),
      ];
      await write(
        old,
        newer,
        elsewhere,
        refusedBy('another', { at: now }),
        refusedBy(id, { at: now, errorCode: 'blocked_by_policy' }),
        refusedBy(id, { at: now, status: 'ok' }),
      );
      const { status, body } = await house.ask('GET', `/budgets/${id}/refusals`);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.refusals.map((one: { id: string }) => one.id)).toEqual([newer.id, elsewhere.id, old.id]);
      expect(body.refusals[0]).toEqual({
        id: newer.id,
        at: now - 1000,
        scope: 'team=search',
        key: 'key_7',
        amount: 0.3e9,
        words: 'gate is spent.',
        tags: { team: { value: 'search', source: 'key' } },
      });
      expect(body).toMatchObject({ looked: 5, since: now - 3000, more: false });

      const shop = await house.ask('GET', `/budgets/${id}/refusals?scope=team%3Dshop`);
      expect(shop.body.refusals.map((one: { id: string }) => one.id)).toEqual([elsewhere.id]);
      const first = await house.ask('GET', `/budgets/${id}/refusals?limit=1`);
      expect(first.body).toMatchObject({ refusals: [{ id: newer.id }], more: true });
      const nobody = await budget({ name: 'nobody refused', window: 'month', limit: 1 });
      expect((await house.ask('GET', `/budgets/${nobody}/refusals`)).body).toMatchObject({ refusals: [], looked: 5 });
    });

    it('are looked for among so many and no more', async () => {
      let asked = 0;
      const list = async (_filter: RecordFilter, limit: number) => {
        asked += limit;
        const records = Array.from({ length: limit }, (_, i) => refusedBy('another', { at: now - asked + limit - i }));
        return { records, next: String(asked) };
      };
      const wanted = { scope: undefined, sight: { isWhole: true, sees: () => true } };
      const found = await refusalsOf({ list }, { organisation: house.organisation, id: 'far' }, wanted, 20);
      expect(asked).toBe(5000);
      expect(found).toEqual({ refusals: [], looked: 5000, since: now - 4999, more: true });
    });
  });
});

it('shows what a running gateway has charged, held and refused', async () => {
  const gateway = await startGateway();
  try {
    const body = { window: 'day', timeZone: ZONE, unit: 'tokens', limit: 1200, scope: ['team'], owner: null };
    const made = await gateway.api<{ id: string }>('POST', '/budgets', { ...body, name: 'few', reason: 'for a test' });
    const graph = graphOf(
      {
        enter: ['request', {}],
        few: ['budget', { budget: made.id, warnAt: null, outputLimit: 100 }],
        call: ['model', { model: 'sandbox/small', timeoutSeconds: 20, retries: 0 }],
      },
      ['enter.next > few', 'few.within > call'],
    );
    await makeDefault(gateway, await publish(gateway, 'few', graph));
    const ask = (maxTokens: number) =>
      gateway.chat({ model: 'any', max_tokens: maxTokens, messages: [{ role: 'user', content: 'Hello' }] });
    const passed = await ask(100);
    const { usage } = z.object({ usage: z.object({ total_tokens: z.number() }) }).parse(await passed.json());
    const refused = await ask(5000);
    expect(refused.status).toBe(429);

    const { budgets } = await gateway.api<{ budgets: { use: { scope: string }[] }[] }>('GET', '/budgets');
    const scope = budgets.flatMap(({ use }) => use).find((one) => one.scope.startsWith('team='))?.scope ?? '';
    const query = `scope=${encodeURIComponent(scope)}`;
    const down = await gateway.api<{ points: object[] }>('GET', `/budgets/${made.id}/burn-down?${query}`);
    expect(down).toMatchObject({ unit: 'tokens', scope, limit: 1200, held: 0, forecast: { enough: false } });
    expect(down.points.at(-1)).toMatchObject({ spent: usage.total_tokens });
    expect(await gateway.api('GET', '/forecasts')).toMatchObject({
      forecasts: [{ budget: made.id, name: 'few', scope, spent: usage.total_tokens, enough: false }],
    });
    expect(await gateway.api('GET', `/budgets/${made.id}/refusals?${query}`)).toMatchObject({
      refusals: [
        { id: idOf(refused), scope, words: expect.stringMatching(/^few .*is spent: .* this request could cost/) },
      ],
      more: false,
    });
  } finally {
    await gateway.stop();
  }
});
