/** What Prometheus is told: every request counted once, under names that nobody can make up. */

import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addStateMetrics } from '../../../server/observe/state-metrics.ts';
import {
  API_KEY,
  eventually,
  type GatewayWithUpstream,
  graphOf,
  passEverythingOn,
  publish,
  startGateway,
  startWithUpstream,
} from '../gateway/harness.ts';

const TOKEN = 'metrics_token_0123456789';
let gateway: GatewayWithUpstream;

beforeAll(async () => {
  gateway = await startWithUpstream();
  gateway.answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        choices: [{ index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
      }),
    );
  };
});
afterAll(() => gateway.stop());

const user = (content: string) => [{ role: 'user', content }];
const metricsOf = async (at: Pick<GatewayWithUpstream, 'url'>): Promise<string> =>
  (await fetch(`${at.url}/metrics`)).text();

/** The value of a line whose labels are these, in any order and among others; 0 where there is none. */
function sumOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** What a line has grown by while something was done. */
async function growth(
  act: () => Promise<unknown>,
  ...lines: readonly (readonly [name: string, labels?: Readonly<Record<string, string>>])[]
): Promise<number[]> {
  const before = await metricsOf(gateway);
  await act();
  const after = await metricsOf(gateway);
  return lines.map(([name, labels]) => sumOf(after, name, labels) - sumOf(before, name, labels));
}

describe('a request', () => {
  it('is counted once, with its tokens, its model and how long it took', async () => {
    const model = { model: 'up/one', provider: 'up' };
    const grown = await growth(
      async () => (await gateway.chat({ model: 'one', messages: user('hi') })).text(),
      ['signalbox_requests_total', { ...model, endpoint: 'chat.completions', status: 'ok', http_status: '200' }],
      ['signalbox_requests_total'],
      ['signalbox_attempts_total', { ...model, result: 'ok' }],
      ['signalbox_tokens_total', { ...model, kind: 'input' }],
      ['signalbox_tokens_total', { ...model, kind: 'output' }],
      ['signalbox_request_duration_seconds_count', { endpoint: 'chat.completions', status: 'ok' }],
      ['signalbox_overhead_seconds_count'],
      ['signalbox_time_to_first_token_seconds_count'],
      ['signalbox_errors_total'],
    );
    expect(grown).toEqual([1, 1, 1, 11, 5, 1, 1, 0, 0]);
  });

  it('for a stream tells when its first words came, and what it cost', async () => {
    const model = { model: 'sandbox/small', provider: 'sandbox' };
    const [first, cost] = await growth(
      async () => (await gateway.chat({ model: 'sandbox/small', stream: true, messages: user('hi') })).text(),
      ['signalbox_time_to_first_token_seconds_count', model],
      ['signalbox_cost_usd_total', model],
    );
    expect(first).toBe(1);
    expect(cost).toBeGreaterThan(0);
  });

  it('without a key that is known is counted as well', async () => {
    const grown = await growth(
      () => gateway.chat({ model: 'one', messages: user('hi') }, { authorization: 'Bearer nobody' }),
      ['signalbox_requests_total', { model: 'none', status: 'failed', http_status: '401' }],
      ['signalbox_errors_total', { code: 'invalid_key' }],
    );
    expect(grown).toEqual([1, 1]);
  });

  it('that goes on to another model counts each call, and the second as a retry', async () => {
    await publish(
      gateway,
      'chain',
      graphOf({ enter: ['request', {}], chain: ['fallback', { models: ['sandbox/small', 'up/one'] }] }, [
        'enter.next > chain',
      ]),
    );
    gateway.faults.set('small', 'fault=503');
    const grown = await growth(
      async () => (await gateway.chat({ model: 'policy/chain', messages: user('hi') })).text(),
      ['signalbox_attempts_total', { model: 'sandbox/small', result: 'server_error' }],
      ['signalbox_attempts_total', { model: 'up/one', result: 'ok' }],
      ['signalbox_retries_total', { model: 'up/one' }],
      ['signalbox_requests_total', { model: 'up/one' }],
      ['signalbox_breakers', { model: 'sandbox/small', state: 'resting' }],
    );
    gateway.faults.clear();
    expect(grown).toEqual([1, 1, 1, 1, 1]);
  });

  it('whose budget is spent and whose text is redacted counts for both', async () => {
    const { projects } = await gateway.api<{ projects: { id: string }[] }>('GET', '/projects');
    expect(projects).not.toEqual([]);
    const budget = await gateway.api<{ id: string }>('POST', '/budgets', {
      name: 'Nothing',
      scope: [],
      window: 'day',
      timeZone: 'UTC',
      unit: 'usd',
      limit: 0,
      owner: null,
      thresholds: [],
      reason: 'for a test',
    });
    await publish(
      gateway,
      'poor',
      graphOf(
        {
          enter: ['request', {}],
          hide: ['redact', { rules: [{ detect: 'email', action: 'mask' }] }],
          pay: ['budget', { budget: budget.id, warnAt: null }],
          call: ['model', { model: 'sandbox/small' }],
        },
        ['enter.next > hide', 'hide.clean > pay', 'hide.found > pay', 'pay.within > call'],
      ),
    );
    const grown = await growth(
      () => gateway.chat({ model: 'policy/poor', messages: user('write to ada@example.com') }),
      ['signalbox_budgets_exhausted_total'],
      ['signalbox_errors_total', { code: 'budget_exhausted' }],
      ['signalbox_redactions_total', { type: 'email' }],
      ['signalbox_requests_total', { status: 'blocked', http_status: '429' }],
    );
    expect(grown).toEqual([1, 1, 1, 1]);
  });
});

describe('what goes beside the requests', () => {
  it('is counted for a copy, as a call with its cost and as a copy', async () => {
    const edges = ['enter.next > copy', 'copy.next > call'];
    const copy = { model: 'sandbox/large', share: 1 };
    await publish(
      gateway,
      'copied',
      graphOf({ enter: ['request', {}], copy: ['shadow', copy], call: ['model', { model: 'up/one' }] }, edges),
    );
    const labels = { model: 'sandbox/large', provider: 'sandbox', result: 'ok' };
    const [requests, copies, calls, cost] = await growth(
      async () => {
        const copiesBefore = sumOf(await metricsOf(gateway), 'signalbox_copies_total', labels);
        await (await gateway.chat({ model: 'policy/copied', messages: user('hi') })).text();
        await eventually(async () =>
          expect(sumOf(await metricsOf(gateway), 'signalbox_copies_total', labels)).toBe(copiesBefore + 1),
        );
      },
      ['signalbox_requests_total'],
      ['signalbox_copies_total', labels],
      ['signalbox_attempts_total', labels],
      ['signalbox_cost_usd_total', { model: 'sandbox/large' }],
    );
    expect([requests, copies, calls]).toEqual([1, 1, 1]);
    expect(cost).toBeGreaterThan(0);
  });

  it('is counted for a count of tokens, by who counted', async () => {
    const count = (model: string) =>
      fetch(`${gateway.url}/v1/messages/count_tokens`, {
        method: 'POST',
        headers: { 'x-api-key': API_KEY, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: user('hi') }),
      });
    const grown = await growth(
      async () => {
        expect((await count('up/one')).status).toBe(200);
        expect((await count('nobody')).status).toBe(404);
      },
      ['signalbox_token_counts_total', { model: 'up/one', provider: 'up', result: 'estimated' }],
      ['signalbox_token_counts_total', { model: 'none', result: 'failed' }],
      ['signalbox_errors_total', { code: 'unknown_model' }],
      ['signalbox_requests_total'],
    );
    expect(grown).toEqual([1, 1, 1, 0]);
  });
});

it('has no label that callers make up: neither models that no list has, nor tags, users, keys or programs', async () => {
  const before = (await metricsOf(gateway)).split('\n').length;
  for (let i = 0; i < 30; i += 1) {
    const headers = { 'x-signalbox-tags': `team=made-up-${i}`, 'user-agent': `made-up-program/${i}` };
    const body = { model: `up/made-up-model-${i}`, user: `made-up-user-${i}`, messages: user('hi') };
    await (await gateway.chat(body, headers)).text();
  }
  const text = await metricsOf(gateway);
  expect(text).not.toContain('made-up');
  expect(text).not.toContain(API_KEY);
  expect(sumOf(text, 'signalbox_requests_total', { model: 'unlisted', provider: 'up' })).toBe(30);
  // One model more, whatever it is called.
  expect(text.split('\n').length - before).toBeLessThan(20);
});

it('tells the state of the gateway at the moment of asking', async () => {
  gateway.running.gateway.inFlight.add(1000);
  const text = await metricsOf(gateway);
  gateway.running.gateway.inFlight.remove(1000);
  expect(sumOf(text, 'signalbox_bodies_in_flight_bytes')).toBe(1000);
  for (const name of ['records_queued', 'alerts_waiting', 'throttled_waiting', 'evaluator_disagreements']) {
    expect(text, name).toContain(`\nsignalbox_${name} 0\n`);
  }
  expect(text).toContain('signalbox_held{unit="usd"} 0');
  expect(sumOf(text, 'signalbox_memory_bytes', { of: 'process' })).toBeGreaterThan(1e7);
  expect(sumOf(text, 'signalbox_cpu_seconds_total')).toBeGreaterThan(0);
  expect(text).toContain('signalbox_event_loop_lag_seconds{quantile="0.99"}');
});

it('is told all the rest while the database is away', async () => {
  const registry = new Registry();
  const away = () => Promise.reject(new Error('gone'));
  const stop = addStateMetrics(registry, { gateway: gateway.running.gateway, queued: () => 7, alertsWaiting: away });
  const text = await registry.metrics();
  stop();
  expect(text).toContain('signalbox_alerts_waiting Nan\n');
  expect(text).toContain('signalbox_records_queued 7\n');
});

describe('who may read them', () => {
  it('is every program on the machine where no token is set, and nobody whom a proxy brings', async () => {
    const answer = await fetch(`${gateway.url}/metrics`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('version=0.0.4'),
    ]);
    for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
      expect((await fetch(`${gateway.url}/metrics`, { headers: { [header]: '198.51.100.7' } })).status).toBe(404);
    }
  });

  it('is nobody where no token is set and other machines can reach the gateway; nothing is counted then', async () => {
    const open = await startGateway({ environment: { HOST: '0.0.0.0' } });
    try {
      await passEverythingOn(open);
      const url = open.url.replace('0.0.0.0', '127.0.0.1');
      const answer = await fetch(`${url}/metrics`);
      expect(answer.status).toBe(404);
      expect(z.object({ error: z.object({ code: z.string() }) }).parse(await answer.json()).error.code).toBe(
        'not_found',
      );
      expect(open.running.gateway.metrics).toBeNull();
    } finally {
      await open.stop();
    }
  });

  it('is whoever has the token where there is one', async () => {
    const guarded = await startGateway({ environment: { METRICS_TOKEN: TOKEN } });
    try {
      const ask = (headers: Record<string, string>) => fetch(`${guarded.url}/metrics`, { headers });
      const refused = await ask({});
      expect(refused.status).toBe(401);
      expect(await refused.text()).toContain('METRICS_TOKEN');
      expect((await ask({ authorization: `Bearer ${API_KEY}` })).status).toBe(401);
      expect((await ask({ authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '198.51.100.7' })).status).toBe(200);
    } finally {
      await guarded.stop();
    }
  });
});
