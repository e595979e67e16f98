/** What left the house, as the auditor's desk tells it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftInPage } from '../../../server/audit/desk/left-house.ts';
import { Readings } from '../../../server/audit/desk/readings.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { dialects, type House, openHouse, recordOf } from '../control/house.ts';
import { answerOf, fileOf } from './desk-answers.ts';

describe.each(dialects)('what left the house on %s', { timeout: 120_000 }, (dialect) => {
  let house: House;
  const get = (path: string) => answerOf(house, path);

  beforeAll(async () => {
    house = await openHouse(dialect);
  }, 120_000);
  afterAll(() => house.close());

  const small = {
    node: 'small',
    model: 'test/small',
    ok: true,
    failure: null,
    status: 200,
    message: null,
    cost: 1,
    usageSource: 'provider',
    firstByteMs: 1,
    durationMs: 2,
    upstreamId: null,
  } as const;
  const redact = { node: 'r', kind: 'redact', port: 'found', reason: 'Found 2 email.' };

  it('is added up page by page, by model, path, and what became of private data', async () => {
    const from = Date.UTC(2026, 3, 1);
    const plain = recordOf(house, {});
    const usage = { ...plain.usage, inputTokens: 10, outputTokens: 20 };
    const sent = { ...small, usage };
    const records = Array.from({ length: 250 }, (_, i) => {
      const isFound = i % 2 === 0;
      return recordOf(house, {
        at: from + i,
        policy: 'pol_1',
        version: 3,
        sequence: i,
        // The first call did not get there, so that nothing left with it.
        attempts: [
          ...(i === 0
            ? [{ ...sent, ok: false, failure: 'connect', status: null, message: 'no connection', model: 'test/away' }]
            : []),
          sent,
        ],
        ...(isFound && { redactions: { email: 2 }, trace: [redact, ...plain.trace] }),
      });
    });
    const kept = recordOf(house, { at: from + 300, status: 'answered', attempts: [] });
    await house.database.records.commit({ intents: [], records: [...records, kept] });
    const groups = new Map<string, { requests: number; found: number }>();
    let total: number | null = null;
    let pages = 0;
    for (let after = ''; ; ) {
      const page = await get(`/audit/left-house?from=${from}&to=${from + 1000}&limit=100&reading=mine${after}`);
      pages += 1;
      total ??= page.total;
      for (const { protection, requests, found, ...rest } of page.groups) {
        expect(rest).toMatchObject({
          model: 'test/small',
          provider: 'test',
          region: null,
          leavesHouse: true,
          asSetToday: true,
          policy: 'pol_1',
          version: 3,
        });
        const sum = groups.get(protection) ?? { requests: 0, found: 0 };
        groups.set(protection, { requests: sum.requests + requests, found: sum.found + (found.email ?? 0) });
      }
      if (page.next === null) break;
      after = `&afterAt=${page.next.at}&afterId=${page.next.id}`;
    }
    expect(pages).toBe(3);
    expect(total).toBe(251);
    expect(Object.fromEntries(groups)).toEqual({
      taken_out: { requests: 125, found: 250 },
      not_looked_for: { requests: 125, found: 0 },
    });
  });

  it('is told with where a call went then, whatever is set today, and without what never went', async () => {
    const from = Date.UTC(2026, 4, 1);
    const { usage, trace } = recordOf(house, {});
    const failed = { ...small, usage, ok: false, failure: 'connect', status: null };
    const then = { region: 'eu-central-1', leavesHouse: false, protection: 'in_part' } as const;
    const one = (at: number, attempts: RequestRecord['attempts'], more: Partial<RequestRecord> = {}): RequestRecord =>
      recordOf(house, { at: from + at, sequence: 1000 + at, policy: null, version: null, attempts, ...more });
    await house.database.records.commit({
      intents: [],
      records: [
        one(0, [{ ...small, usage, sent: then }], {
          redactions: { email: 2, constructor: 1 },
          trace: [redact, ...trace],
        }),
        // Two calls of one request: one to nobody, one that broke off when it had left.
        one(1, [
          { ...failed, message: 'no connection', sent: null },
          { ...failed, message: 'the connection broke before the answer', sent: { ...then, leavesHouse: true } },
        ]),
        // Older ones.
        one(2, [{ ...failed, message: 'no connection (ECONNREFUSED)' }]),
        one(3, [{ ...failed, message: 'the connection broke before the answer' }]),
        one(4, [{ ...small, usage, model: '=gone/forgotten' }], { trace: [] }),
      ],
    });
    const { groups } = await get(`/audit/left-house?from=${from}&to=${from + 1000}`);
    const said = groups.map((group: Record<string, unknown>) => [
      group.model,
      group.region,
      group.leavesHouse,
      group.asSetToday,
      group.protection,
      group.calls,
      group.found,
    ]);
    expect(said).toEqual([
      ['test/small', 'eu-central-1', false, false, 'in_part', 1, { email: 2, constructor: 1 }],
      ['test/small', 'eu-central-1', true, false, 'in_part', 1, {}],
      ['test/small', null, true, true, 'not_looked_for', 1, {}],
      ['=gone/forgotten', null, null, true, 'not_known', 1, {}],
    ]);
    const table = await fileOf(house, `/audit/left-house?from=${from}&to=${from + 1000}&format=csv`);
    const lines = table.trimEnd().split('\n');
    expect(lines[1]).toBe(
      'test,eu-central-1,in the house,at the time,test/small,,,,in part,"found; some of it taken out, some only reported",2 email; 1 constructor,1,1,10,20,0',
    );
    expect(lines[3]).toContain('test,,outside the house,today,test/small');
    expect(lines[4]).toContain("'=gone,,not known any more,today,'=gone/forgotten");
    const { entries } = await get('/history?limit=1');
    expect(entries[0]).toMatchObject({
      action: 'export.take',
      objectId: '/audit/left-house',
      after: { filter: { from: String(from), format: 'csv' } },
    });
  });

  it('is read once at a time by each person: who begins again ends the reading before', async () => {
    const from = Date.UTC(2026, 3, 1);
    const span = `/audit/left-house?from=${from}&to=${from + 1000}&limit=100`;
    const { next } = await get(`${span}&reading=first`);
    const behind = `&afterAt=${next.at}&afterId=${next.id}`;
    await get(`${span}&reading=first${behind}`);
    await get(`${span}&reading=second`);
    const late = await house.ask('GET', `${span}&reading=first${behind}`);
    expect([late.status, late.body.error.code]).toEqual([409, 'reading_replaced']);
    await get(`${span}&reading=second${behind}`);
    // What is under way ends too.
    const readings = new Readings();
    const signal = readings.enter('ada', 'one', true);
    const others = readings.enter('bob', 'one', true);
    readings.enter('ada', 'two', true);
    expect(others.aborted).toBe(false);
    const reading = leftInPage(
      { stores: house.database.usage, today: () => undefined, reported: () => new Set() },
      { organisation: house.organisation, from, to: from + 1000 },
      1000,
      signal,
    );
    await expect(reading).rejects.toMatchObject({ code: 'reading_replaced' });
  });
});
