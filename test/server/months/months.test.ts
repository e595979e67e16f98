import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { windowAt } from '../../../policies/budget.ts';
import { nextMonth } from '../../../server/months/month.ts';
import type { Intent, RequestRecord } from '../../../server/records/record.ts';
import { ADMIN_TOKEN, type Answer, dialects, type House, openHouse } from '../control/house.ts';
import { madeRecord, traffic } from './traffic.ts';

const REASON = 'for the books';
const call = { model: 'openai/gpt-5', input: 10, cached: 4, output: 5, cost: 1_000 };

/** The file of a month with its digest. */
async function file(house: House, month: string, format: 'csv' | 'json') {
  const answer = await fetch(`${house.url}/months/${month}/export?format=${format}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const text = await answer.text();
  return { status: answer.status, text, digest: answer.headers.get('x-signalbox-sha256'), headers: answer.headers };
}

const csvRows = async (house: House, month: string): Promise<Record<string, string>[]> =>
  parse((await file(house, month, 'csv')).text, { columns: true });

const sum = (values: readonly (string | number | bigint)[]): bigint =>
  values.reduce<bigint>((total, value) => total + BigInt(value), 0n);

const post = (house: House, body: Record<string, unknown>): Promise<Answer> =>
  house.ask('POST', '/corrections', { month: null, request: null, reason: REASON, ...body });

const close = (house: House, month: string): Promise<Answer> =>
  house.ask('POST', `/months/${month}/close`, { reason: REASON });

const write = (house: House, ...records: RequestRecord[]) => house.database.records.commit({ intents: [], records });

async function someProjects(house: House, names: readonly (readonly [team: string, project: string])[]) {
  const teams = new Map<string, string>();
  const ids: string[] = [];
  for (const [team, project] of names) {
    const known = teams.get(team) ?? (await house.ask('POST', '/teams', { name: team })).body.id;
    teams.set(team, known);
    ids.push((await house.ask('POST', '/projects', { name: project, team: known })).body.id);
  }
  return { ids, teams };
}

describe.each(dialects)('months on %s', (dialect) => {
  describe.each([
    ['UTC', 1, true],
    ['America/New_York', 2, false],
    ['Asia/Kathmandu', 3, false],
  ] as const)('24 months of traffic told in %s', (zone, seed, dear) => {
    let house: House;
    let all: RequestRecord[];
    const start = Date.UTC(2024, 0, 1, 12);
    const end = Date.UTC(2025, 11, 31, 12);
    const months = Array.from({ length: 24 }, (_, i) => new Date(Date.UTC(2024, i, 1)).toISOString().slice(0, 7));
    const windowOf = (at: number) => windowAt('month', zone, at);

    beforeAll(async () => {
      house = await openHouse(dialect);
      await house.ask('PUT', '/organisation/time-zone', { timeZone: zone, reason: REASON });
      const { ids } = await someProjects(house, [
        ['Search', 'Ranking'],
        ['Search', 'Crawler'],
        ['Shop', 'Checkout'],
      ]);
      const edges = months.map((month) => windowOf(Date.parse(`${month}-15T00:00:00Z`)).start).slice(1);
      const charges = (at: number, cost: number) => [
        {
          budget: 'bud_all',
          revision: 1,
          scope: '',
          unit: 'usd' as const,
          window: windowOf(at).start,
          held: cost,
          settled: cost,
        },
      ];
      const { organisation } = house;
      all = traffic({ seed, count: 1_200, from: start, to: end, edges, organisation, projects: ids, dear, charges });
      for (let i = 0; i < all.length; i += 200) await write(house, ...all.slice(i, i + 200));
    });
    afterAll(() => house.close());

    const ofMonth = (month: string) => {
      const { start: from, end: to } = windowOf(Date.parse(`${month}-15T12:00:00Z`));
      return all.filter(({ at }) => at >= from && at < (to ?? 0));
    };

    it('each export is the sum of its records to the last unit, and all of them are the sum of all', async () => {
      const totals: bigint[] = [];
      for (const month of months) {
        const records = ofMonth(month);
        expect(records.length).toBeGreaterThan(20);
        const rows = await csvRows(house, month);
        expect(sum(rows.map((row) => row.requests!))).toBe(BigInt(records.length));
        expect(sum(rows.map((row) => row.input_tokens!))).toBe(sum(records.map(({ usage }) => usage.inputTokens)));
        expect(sum(rows.map((row) => row.cached_input_tokens!))).toBe(
          sum(records.map(({ usage }) => usage.cachedInputTokens)),
        );
        expect(sum(rows.map((row) => row.output_tokens!))).toBe(sum(records.map(({ usage }) => usage.outputTokens)));
        const cost = sum(rows.map((row) => row.cost_nano_dollars!));
        expect(cost).toBe(sum(records.map((record) => record.cost)));
        const dollars = sum(rows.map((row) => row.cost_dollars!.replace('.', '')));
        expect(dollars).toBe(cost);
        const lost = rows.filter(({ kind }) => kind === 'lost');
        expect(sum(lost.map((row) => row.requests!))).toBe(
          BigInt(records.filter(({ status }) => status === 'lost').length),
        );
        totals.push(cost);
        const json = JSON.parse((await file(house, month, 'json')).text);
        expect(BigInt(json.totals.nanoDollars)).toBe(cost);
        expect(json.lines).toHaveLength(rows.length);
      }
      const whole = sum(all.map(({ cost }) => cost));
      expect(sum(totals)).toBe(whole);
      expect(whole > BigInt(Number.MAX_SAFE_INTEGER)).toBe(dear);
      const { months: listed } = (await house.ask('GET', '/months')).body;
      expect(sum(listed.map((month: { nanoDollars: string }) => month.nanoDollars))).toBe(whole);
      expect(listed.map(({ month }: { month: string }) => month).slice(1)).toEqual(months.toReversed());
    });

    it('sums by project and model are those of the calls', async () => {
      for (const month of months.slice(0, 3)) {
        const wanted = new Map<string, bigint>();
        for (const { project, status, attempts } of ofMonth(month)) {
          for (const { model, cost } of attempts) {
            const key = `${project} ${model} ${status === 'lost' ? 'lost' : 'requests'}`;
            wanted.set(key, (wanted.get(key) ?? 0n) + BigInt(cost ?? 0));
          }
        }
        const rows = await csvRows(house, month);
        const found = new Map(
          rows
            .filter(({ model }) => model !== '')
            .map((row) => [`${row.project_id} ${row.model} ${row.kind}`, BigInt(row.cost_nano_dollars!)]),
        );
        expect(found).toEqual(wanted);
      }
    });

    // The ledger counts in numbers, which hold no sums as large as those.
    if (!dear) {
      it('the ledger agrees: what a budget of everything has spent in a month is what the month cost', async () => {
        const { records } = house.database;
        for (const ledger of [await records.recomputeSpend(0), await records.spend(0)]) {
          const spent = ledger.filter(({ budget }) => budget === 'bud_all');
          expect(spent).toHaveLength(months.length);
          for (const month of months) {
            const window = windowOf(Date.parse(`${month}-15T12:00:00Z`)).start;
            const cost = sum((await csvRows(house, month)).map((row) => row.cost_nano_dollars!));
            expect(spent.find((one) => one.window === window)?.spent).toBe(Number(cost));
          }
        }
      });
    }
  });

  describe('closing', () => {
    let house: House;
    let ranking = '';
    let checkout = '';
    beforeAll(async () => {
      house = await openHouse(dialect);
      const { ids, teams } = await someProjects(house, [
        ['Search', 'Ranking'],
        ['=cmd|"/C calc"!A1', 'Check, "out"\nand @more'],
      ]);
      [ranking = '', checkout = ''] = ids;
      await house.ask('PUT', `/teams/${teams.get('Search')}/cost-centre`, { costCentre: 'CC-1', reason: REASON });
      await write(
        house,
        madeRecord({
          organisation: house.organisation,
          project: ranking,
          at: Date.UTC(2026, 0, 31, 23),
          calls: [call],
        }),
        madeRecord({
          organisation: house.organisation,
          project: checkout,
          at: Date.UTC(2026, 0, 5),
          calls: [call, call],
        }),
        madeRecord({ organisation: house.organisation, project: ranking, at: Date.UTC(2026, 1, 1), calls: [call] }),
      );
    });
    afterAll(() => house.close());

    const made = (at: number, more: Partial<Parameters<typeof madeRecord>[0]> = {}) =>
      madeRecord({ organisation: house.organisation, project: ranking, at, calls: [call], ...more });

    it('names what anyone may have typed harmlessly, and a project has the cost centre of its team', async () => {
      const rows = await csvRows(house, '2026-01');
      expect(
        rows.map(({ team, project, cost_centre, requests, cost_dollars }) => [
          team,
          project,
          cost_centre,
          requests,
          cost_dollars,
        ]),
      ).toEqual([
        ['\'=cmd|"/C calc"!A1', 'Check, "out"\nand @more', '', '1', '0.000002000'],
        ['Search', 'Ranking', 'CC-1', '1', '0.000001000'],
      ]);
      await house.ask('PUT', `/projects/${ranking}/cost-centre`, { costCentre: '-2+3', reason: REASON });
      expect((await csvRows(house, '2026-01'))[1]?.cost_centre).toBe("'-2+3");
    });

    it('refuses a month that runs, one that comes after an open one, and one with requests under way', async () => {
      const running = new Date().toISOString().slice(0, 7);
      expect((await close(house, running)).body.error).toMatchObject({ code: 'month_not_closable' });
      const early = await close(house, '2026-02');
      expect(early.status).toBe(409);
      expect(early.body.error.message).toBe(
        'February 2026 cannot be closed: January 2026 comes before it and is still open. Close the months in their order.',
      );
      const late = made(Date.UTC(2026, 0, 31, 23, 59, 59, 999));
      const intent: Intent = { ...late, model: 'openai/gpt-5', charges: [], cost: 5 };
      await house.database.records.commit({ intents: [intent], records: [] });
      expect((await close(house, '2026-01')).body.error.message).toContain('a request of it is still under way');
      await write(house, late);
      expect((await csvRows(house, '2026-01')).find(({ project }) => project === 'Ranking')?.requests).toBe('2');
    });

    it('keeps the bytes for good, whatever comes later, and counts that in the next open month', async () => {
      const before = await file(house, '2026-01', 'csv');
      const closed = await close(house, '2026-01');
      expect(closed.status).toBe(200);
      const [csv, json] = [await file(house, '2026-01', 'csv'), await file(house, '2026-01', 'json')];
      expect(csv.text).toBe(before.text);
      for (const [one, digest] of [
        [csv, closed.body.closed.csvDigest],
        [json, closed.body.closed.jsonDigest],
      ] as const) {
        expect(one.digest).toBe(digest);
        expect(createHash('sha256').update(one.text).digest('hex')).toBe(digest);
      }
      expect(csv.headers.get('content-disposition')).toBe('attachment; filename=signalbox-2026-01.csv');

      const again = await close(house, '2026-01');
      expect(again.body.error.message).toBe(
        'January 2026 cannot be closed: it is closed already, and a month is closed once and for good.',
      );

      // A request that was lost, and is found at a restart after the closing.
      const lost = made(Date.UTC(2026, 0, 31, 23, 59), { status: 'lost' });
      await write(house, lost, lost);
      await write(house, lost);
      const correction = await post(house, { project: ranking, amount: -300, month: '2026-01' });
      expect(correction.body).toMatchObject({ amount: -300, countsIn: '2026-02', month: '2026-01' });
      await house.ask('PATCH', `/projects/${ranking}`, { name: 'Relevance' });

      expect(await file(house, '2026-01', 'csv')).toMatchObject({ text: csv.text, digest: csv.digest });
      expect(await file(house, '2026-01', 'json')).toMatchObject({ text: json.text });
      const rows = await csvRows(house, '2026-02');
      expect(
        rows.map(({ kind, project, requests, cost_nano_dollars: cost, refers_to: to, reason }) => [
          kind,
          project,
          requests,
          cost,
          to,
          reason,
        ]),
      ).toEqual([
        ['lost', 'Relevance', '1', '1000', '2026-01', ''],
        ['requests', 'Relevance', '1', '1000', '', ''],
        ['correction', 'Relevance', '0', '-300', '2026-01', REASON],
      ]);
      expect(rows[2]?.cost_dollars).toBe('-0.000000300');
      const listed = (await house.ask('GET', '/months')).body;
      expect(listed.countsIn).toBe('2026-02');
      expect(listed.months.find(({ month }: { month: string }) => month === '2026-02')).toMatchObject({
        requests: '2',
        nanoDollars: '1700',
        closed: null,
        ended: true,
        teams: [{ team: 'Search', nanoDollars: '1700' }],
      });
      const detail = (await house.ask('GET', '/months/2026-01')).body;
      expect(detail.lines.map(({ project }: { project: string }) => project)).toContain('Ranking');
      expect(detail.corrections).toEqual([]);
    });

    it('credits a lost request once, at most what it was charged, and for the project that was', async () => {
      const lost = made(Date.UTC(2026, 1, 3), { status: 'lost' });
      await write(house, lost);
      const credit = { project: ranking, amount: -1_000, request: lost.id };
      expect((await post(house, { ...credit, amount: -1_001 })).body.error.message).toContain(
        'more would be given back',
      );
      expect((await post(house, { ...credit, project: checkout })).body.error.message).toContain('another project');
      expect((await post(house, { ...credit, request: 'req_none' })).status).toBe(404);
      expect((await post(house, credit)).status).toBe(201);
      expect((await post(house, credit)).body.error.message).toContain('has been corrected already');
      expect((await post(house, { ...credit, request: null, amount: 0 })).status).toBe(422);
      expect((await post(house, { ...credit, request: null, month: '2026-02' })).body.error.message).toContain(
        'February 2026 is not closed',
      );
      const rows = await csvRows(house, '2026-02');
      expect(rows.find(({ refers_to: to }) => to === lost.id)).toMatchObject({
        kind: 'correction',
        cost_nano_dollars: '-1000',
      });
    });

    it('leaves nothing out and counts nothing twice, also when the time zone changes between two closings', async () => {
      const hour = 3_600_000;
      const border = Date.UTC(2026, 2, 1);
      expect((await close(house, '2026-02')).status).toBe(200);
      for (const [timeZone, month] of [
        ['Pacific/Kiritimati', '2026-03'],
        ['Pacific/Pago_Pago', '2026-04'],
      ] as const) {
        await house.ask('PUT', '/organisation/time-zone', { timeZone, reason: REASON });
        await write(house, ...[-20, -1, 0, 1, 20, 500, 760].map((hours) => made(border + hours * hour)));
        expect((await close(house, month)).status).toBe(200);
      }
      await write(house, made(Date.UTC(2026, 0, 1)), made(border));
      const { months } = (await house.ask('GET', '/months')).body;
      let requests = 0n;
      for (const { month } of months) requests += sum((await csvRows(house, month)).map((row) => row.requests!));
      const stored = await house.database.records.list({ organisation: house.organisation }, 500);
      expect(requests).toBe(BigInt(stored.records.length));
      expect((await house.ask('GET', '/months/2019-01')).status).toBe(404);
      expect((await close(house, '2019-01')).body.error.message).toContain('a later month is closed already');
    });

    it('counts every record once, also those that come while the month is being closed', async () => {
      const { months: before } = (await house.ask('GET', '/months')).body;
      const last = before.find(({ closed }: { closed: unknown }) => closed !== null).month;
      const month = nextMonth(last);
      const middle = Date.parse(`${month}-15T00:00:00Z`);
      const closing = close(house, month);
      const writing = Array.from({ length: 40 }, (_, i) => write(house, made(middle + i), made(middle - i - 1)));
      await Promise.all([...writing, closing]);
      expect((await closing).status).toBe(200);
      const stored = await house.database.records.list({ organisation: house.organisation }, 500);
      let requests = 0n;
      for (const one of (await house.ask('GET', '/months')).body.months) {
        const rows = await csvRows(house, one.month);
        expect(sum(rows.map((row) => row.requests!))).toBe(BigInt(one.requests));
        expect(sum(rows.map((row) => row.cost_nano_dollars!))).toBe(BigInt(one.nanoDollars));
        requests += BigInt(one.requests);
      }
      expect(requests).toBe(BigInt(stored.records.length));
    });

    it('shows viewers everything and lets them change nothing', async () => {
      const viewer = { name: 'Vi', email: 'vi@example.org', password: 'a long password', grants: [{ role: 'viewer' }] };
      await house.ask('POST', '/people', viewer);
      const headers = { 'x-signalbox-csrf': '1' };
      const signedIn = await house.send(
        'POST',
        '/session',
        { email: viewer.email, password: viewer.password },
        headers,
      );
      const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const as = (method: string, path: string, body?: unknown) =>
        house.send(method, path, body, { ...headers, cookie });
      expect((await as('GET', '/months/2026-01')).status).toBe(200);
      const csv = 'date,model,cost\n2026-01-05,gpt-5,1\n';
      expect((await as('POST', '/months/2026-01/compare', { csv, provider: 'openai' })).status).toBe(200);
      expect((await as('POST', '/months/2026-05/close', { reason: REASON })).status).toBe(403);
      expect((await as('POST', '/corrections', {})).status).toBe(403);
    });
  });
});
