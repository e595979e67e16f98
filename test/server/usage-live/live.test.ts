import { describe, expect, it } from 'vitest';
import type { RecordStatus } from '../../../policies/record-status.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { LiveTraffic } from '../../../server/usage-live/live.ts';

const AT = Date.UTC(2026, 4, 4, 9);
let made = 0;

function record(fields: Partial<RequestRecord> & { readonly team?: string } = {}): RequestRecord {
  const { team = 'search', ...rest } = fields;
  return {
    id: `req_${++made}`,
    gateway: 'g',
    boot: 'b',
    sequence: made,
    organisation: 'org',
    project: 'p',
    key: 'k',
    at: AT,
    durationMs: 30,
    overheadMs: 1,
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    stream: false,
    endpoint: 'chat.completions',
    app: null,
    requestedModel: 'm',
    model: 'test/small',
    policy: null,
    version: null,
    tags: { team: { value: team, source: 'key' } },
    trace: [],
    attempts: [],
    charges: [],
    redactions: {},
    usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 5 },
    usageSource: 'provider',
    cost: 100,
    facts: {},
    content: null,
    ...rest,
  };
}

function counted(traffic: LiveTraffic, one: RequestRecord, now: number, status: RecordStatus = one.status): void {
  traffic.began(one.organisation, one.project);
  traffic.ended(one, status, now);
  traffic.left(one.organisation, one.project);
}

describe('the traffic of the last minute', () => {
  it('is summed by model and by team, with errors and refusals apart', () => {
    const traffic = new LiveTraffic();
    counted(traffic, record(), AT);
    counted(traffic, record({ team: 'shop', model: 'test/large', cost: 900 }), AT + 100);
    counted(traffic, record({ status: 'blocked', model: null, cost: 0, usage: NO_USAGE }), AT + 200);
    counted(traffic, record({ status: 'ok' }), AT + 300, 'failed');
    const { recent, ...totals } = traffic.totals('org', null, AT + 400);
    expect(totals).toEqual({
      at: AT + 400,
      requests: 4,
      errors: 1,
      refused: 1,
      cost: 1100,
      tokens: 45,
      running: 0,
      byModel: [
        { name: 'test/small', requests: 2, cost: 200 },
        { name: 'test/large', requests: 1, cost: 900 },
        { name: null, requests: 1, cost: 0 },
      ],
      byTeam: [
        { name: 'search', requests: 3, cost: 200 },
        { name: 'shop', requests: 1, cost: 900 },
      ],
      perSecond: [...Array.from({ length: 59 }, () => 0), 4],
    });
    expect(recent.map(({ status }) => status)).toEqual(['failed', 'blocked', 'ok', 'ok']);
  });

  it('forgets what is older than a minute, also where a second is used again', () => {
    const traffic = new LiveTraffic();
    counted(traffic, record(), AT);
    expect(traffic.totals('org', null, AT + 59_999).requests).toBe(1);
    expect(traffic.totals('org', null, AT + 59_999).perSecond[0]).toBe(1);
    expect(traffic.totals('org', null, AT + 60_000).requests).toBe(0);
    counted(traffic, record({ cost: 7 }), AT + 60_000);
    expect(traffic.totals('org', null, AT + 60_000)).toMatchObject({ requests: 1, cost: 7 });
  });

  it('keeps organisations apart, counts what is under way, and takes what asks for no answer for no traffic', () => {
    const traffic = new LiveTraffic();
    traffic.began('org', 'p');
    traffic.began('org', 'p');
    traffic.began('other', 'q');
    traffic.ended(record({ status: 'dry_run' }), 'dry_run', AT);
    traffic.ended(record({ status: 'counted' }), 'counted', AT);
    traffic.left('org', 'p');
    expect(traffic.totals('org', null, AT)).toMatchObject({ requests: 0, running: 1, recent: [] });
    expect(traffic.totals('other', null, AT)).toMatchObject({ requests: 0, running: 1 });
    expect(traffic.totals('nobody', null, AT)).toMatchObject({ requests: 0, running: 0 });
  });

  it('is told of some projects alone as if there were no others', () => {
    const traffic = new LiveTraffic();
    const made = ['p', 'q', 'r', 'q', 'p'].map((project, i) => {
      const one = record({ project, cost: 10 ** i, model: `m${i}` });
      counted(traffic, one, AT + i * 1000);
      return one;
    });
    traffic.began('org', 'r');
    traffic.began('org', 'q');
    const { recent, ...totals } = traffic.totals('org', ['p', 'q', 'unknown'], AT + 4000);
    expect(totals).toMatchObject({ requests: 4, cost: 11_011, tokens: 60, running: 1 });
    expect(totals.perSecond.slice(-5)).toEqual([1, 1, 0, 1, 1]);
    expect(totals.byModel.map(({ name }) => name)).toEqual(['m4', 'm3', 'm1', 'm0']);
    expect(recent.map(({ id }) => id)).toEqual([made[4], made[3], made[1], made[0]].map((one) => one?.id));
    expect(recent[0]).not.toHaveProperty('place');
    expect(traffic.totals('org', [], AT + 4000)).toMatchObject({ requests: 0, running: 0, recent: [] });
  });

  it('has the last twenty requests, the newest first, without what was said in them', () => {
    const traffic = new LiveTraffic();
    const all = Array.from({ length: 50 }, () => record({ content: { request: 'secret', answer: 'secret' } }));
    for (const one of all) counted(traffic, one, AT);
    const { recent } = traffic.totals('org', null, AT);
    const ids = all.map(({ id }) => id).reverse();
    expect(recent.map(({ id }) => id)).toEqual(ids.slice(0, 20));
    expect(JSON.stringify(recent)).not.toContain('secret');
  });

  it('tells so many names apart and no more: the rest are counted together', () => {
    const traffic = new LiveTraffic();
    for (let i = 0; i < 5000; i++) counted(traffic, record({ team: `team ${i % 500}`, model: `m${i}` }), AT);
    const { byTeam, byModel, requests } = traffic.totals('org', null, AT);
    expect(requests).toBe(5000);
    expect(byTeam).toHaveLength(10);
    expect(byTeam[0]).toEqual({ name: 'others', requests: 4500, cost: 450_000 });
    expect(byModel[0]).toMatchObject({ name: 'others', requests: 4950 });
  });
});
