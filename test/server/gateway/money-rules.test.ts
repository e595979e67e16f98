/** Which request a budget pays for, when, and how much of it: one request at a time. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { fixedSource, openSource } from '../../../server/providers/catalogue.ts';
import type { ConfiguredProvider } from '../../../server/providers/index.ts';
import type { Provider } from '../../../server/providers/provider.ts';
import { SANDBOX_MODELS } from '../../../server/providers/sandbox/sandbox.ts';
import type { RequestRecord } from '../../../server/records/record.ts';
import { ask, boundOf, refusalSchema, type SpendingGateway, startSpending } from './spending.ts';

/** Answers at once, and reports what the test says. */
const reported = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
function answersAtOnce(name: string): Provider {
  return {
    name,
    send(_request, sink) {
      const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }];
      const answer = {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'any',
        choices,
        usage: reported,
      };
      queueMicrotask(() => {
        sink.head({ status: 200, contentType: 'application/json', requestId: null });
        sink.data(Buffer.from(JSON.stringify(answer)));
        sink.end();
      });
      return { pause() {}, resume() {}, cancel() {} };
    },
    close: () => Promise.resolve(),
  };
}

const [small] = SANDBOX_MODELS;
if (!small) throw new Error('The sandbox has no model.');
const providers: readonly ConfiguredProvider[] = [
  { provider: answersAtOnce('elsewhere'), source: openSource('elsewhere', ['new'], true) },
  {
    provider: answersAtOnce('greedy'),
    source: fixedSource('greedy', [{ ...small, id: 'greedy/m', provider: 'greedy', name: 'm' }]),
  },
];

let gateway: SpendingGateway;

beforeAll(async () => {
  gateway = await startSpending(null, { providers });
});

afterAll(() => gateway.stop());

afterEach(() => {
  vi.useRealTimers();
  gateway.faults.clear();
});

async function lastRecord(): Promise<RequestRecord> {
  const record = (await gateway.ledger.records()).at(-1);
  if (!record) throw new Error('Nothing was recorded.');
  return record;
}

/** The code of the refusal, or the status where the request passed. */
async function outcomeOf(body: object, headers: Record<string, string> = {}): Promise<string> {
  const response = await gateway.chat(body, headers);
  if (!response.ok) return refusalSchema.parse(await response.json()).error.code ?? '';
  await response.text();
  return 'passed';
}

const setClock = (time: string): void => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
};

it('charges the window that was open when the hold was taken', async () => {
  const slow = ask('Which hour is it?', { model: 'sandbox/small?usage=exact&delay=400' });
  const body = ask('Which hour is it?');
  const hold = boundOf(body).cost;
  const budget = await gateway.budget({ limit: hold, window: 'hour' });
  await gateway.useBudget(budget.id);

  setClock('2020-05-01T10:59:59.000Z');
  const first = outcomeOf(slow);
  await expect.poll(() => gateway.cells(budget.id).map(({ held }) => held)).toEqual([hold]);
  setClock('2020-05-01T11:00:01.000Z');
  expect(await outcomeOf(body)).toBe('passed');
  expect(await first).toBe('passed');
  const windows = (await gateway.ledger.spend()).filter((entry) => entry.budget === budget.id);
  expect(windows.map(({ window, spent }) => [new Date(window).toISOString(), spent])).toEqual([
    ['2020-05-01T10:00:00.000Z', hold],
    ['2020-05-01T11:00:00.000Z', hold],
  ]);

  // A clock that goes back opens no window again: the newest stays the one that pays.
  setClock('2020-05-01T10:30:00.000Z');
  expect(await outcomeOf(body)).toBe('budget_exhausted');
  setClock('2020-05-01T12:00:00.000Z');
  expect(await outcomeOf(body)).toBe('passed');
  await gateway.settled();
});

it('tells when a spent budget starts anew', async () => {
  const budget = await gateway.budget({ limit: 1, window: 'day' });
  await gateway.useBudget(budget.id);
  setClock('2020-05-01T10:00:00.000Z');
  const response = await gateway.chat(ask('Is there any left?'));
  expect(refusalSchema.parse(await response.json()).error.resets_at).toBe('2020-05-02T00:00:00.000Z');
});

it('refuses a model without a price behind a money budget until it has one', async () => {
  const body = ask('What do you cost?', { model: 'elsewhere/new' });
  const budget = await gateway.budget({ limit: 1_000_000_000 });
  await gateway.useBudget(budget.id);
  expect(await outcomeOf(body)).toBe('price_unknown');
  expect((await lastRecord()).charges).toEqual([]);

  const rate = {
    aboveInputTokens: 0,
    input: 1_000_000,
    cachedInput: 1_000_000,
    cacheWrite: 1_000_000,
    output: 2_000_000,
  };
  await gateway.api('POST', '/prices', { model: 'elsewhere/new', price: [rate], reason: 'for a test' });
  expect(await outcomeOf(body)).toBe('passed');
  // One token in and one out, at a nano-dollar and two.
  expect(await lastRecord()).toMatchObject({ cost: 3, charges: [{ settled: 3 }] });
  await gateway.settled();
});

it('refuses input whose size is not known, unless the budget allows an estimate', async () => {
  const body = ask([{ type: 'file', file: { file_id: 'file-1' } }], { model: 'elsewhere/new' });
  const budget = await gateway.budget({ limit: 1_000_000, unit: 'tokens' });
  await gateway.useBudget(budget.id);
  expect(await outcomeOf(body)).toBe('cost_unbounded');
  await gateway.useBudget(budget.id, { allowEstimate: true });
  expect(await outcomeOf(body)).toBe('passed');
  await gateway.settled();
});

it('sends its own output limit to the model where the app sets none', async () => {
  const { max_tokens: _, ...body } = ask('Say something long.', { model: 'sandbox/small?usage=exact' });
  const budget = await gateway.budget({ limit: 1_000_000_000 });
  await gateway.useBudget(budget.id, { outputLimit: 250 });
  expect(await outcomeOf(body)).toBe('passed');
  const { organisation, id, cost } = await lastRecord();
  const record = await gateway.ledger.record(organisation, id);
  expect(JSON.parse(record?.content?.request ?? '')).toMatchObject({ max_tokens: 250 });
  expect(cost).toBe(boundOf({ ...body, max_tokens: 250 }).cost);
  await gateway.settled();
});

it('tops up the hold for what later nodes add, and does not call where there is no room', async () => {
  const body = ask('What are your orders?');
  const hold = boundOf(body).cost;
  const withInstructions = async (limit: number): Promise<string> => {
    const budget = await gateway.budget({ limit });
    const nodes = {
      enter: ['request', {}],
      pay: ['budget', { budget: budget.id, warnAt: null }],
      order: ['limit', { instructions: 'Answer in one word. Be kind.' }],
      call: ['model', { model: 'asked' }],
    } as const;
    await gateway.use(nodes, ['enter.next > pay', 'pay.within > order', 'order.next > call']);
    return outcomeOf(body);
  };
  expect(await withInstructions(hold)).toBe('budget_exhausted');
  expect((await lastRecord()).attempts).toEqual([]);
  expect(await withInstructions(2 * hold)).toBe('passed');
  const { charges, cost } = await lastRecord();
  expect(charges[0]?.held).toBeGreaterThan(hold);
  expect(cost).toBeGreaterThan(hold);
  expect(cost).toBeLessThanOrEqual(charges[0]?.held ?? 0);
  await gateway.settled();
});

it('settles truthfully what a provider reports above the hold', async () => {
  const body = ask('How greedy are you?', { model: 'greedy/m' });
  const hold = boundOf(body).cost;
  const budget = await gateway.budget({ limit: 2 * hold });
  await gateway.useBudget(budget.id);
  reported.completion_tokens = 1_000_000;
  expect(await outcomeOf(body)).toBe('passed');
  reported.completion_tokens = 1;
  // A million tokens of output cost 0.8 dollars, one of input 200 nano-dollars.
  const { charges } = await lastRecord();
  expect(charges).toMatchObject([{ held: hold, settled: 800_000_200 }]);
  expect(await outcomeOf(body)).toBe('budget_exhausted');
  await gateway.settled();
});

it('takes room for a second attempt beside what the first may have cost', async () => {
  const body = ask('Try twice.', { model: 'sandbox/small?fault=garbage' });
  const hold = boundOf(body).cost;
  const twice = async (limit: number): Promise<string> => {
    const budget = await gateway.budget({ limit });
    const nodes = {
      enter: ['request', {}],
      pay: ['budget', { budget: budget.id, warnAt: null }],
      call: ['fallback', { models: ['asked', 'sandbox/small?usage=exact'], coolDownSeconds: 0 }],
    } as const;
    await gateway.use(nodes, ['enter.next > pay', 'pay.within > call']);
    return outcomeOf(body);
  };
  expect(await twice(hold)).not.toBe('passed');
  const alone = await lastRecord();
  expect(alone.attempts).toHaveLength(1);
  expect(alone.charges).toMatchObject([{ settled: alone.cost }]);
  expect(alone.cost).toBeGreaterThan(0);

  expect(await twice(2 * hold)).toBe('passed');
  const both = await lastRecord();
  expect(both.attempts.map(({ usageSource }) => usageSource)).toEqual(['estimated', 'provider']);
  expect(both.charges).toMatchObject([{ held: alone.cost + hold, settled: alone.cost + hold }]);
  await gateway.settled();
});

it('passes a hold on where the first attempt was surely not billed', async () => {
  const body = ask('Try elsewhere.', { model: 'sandbox/small?fault=503' });
  const hold = boundOf(body).cost;
  const budget = await gateway.budget({ limit: hold });
  const nodes = {
    enter: ['request', {}],
    pay: ['budget', { budget: budget.id, warnAt: null }],
    call: ['fallback', { models: ['asked', 'sandbox/small?usage=exact'], coolDownSeconds: 0 }],
  } as const;
  await gateway.use(nodes, ['enter.next > pay', 'pay.within > call']);
  expect(await outcomeOf(body)).toBe('passed');
  expect((await lastRecord()).charges).toMatchObject([{ held: hold, settled: hold }]);
  await gateway.settled();
});

it('commits what the second attempt may cost before it is sent', async () => {
  const body = ask('Try the dear one.', { model: 'sandbox/small?fault=503' });
  const large = boundOf(body, 'large').cost;
  const budget = await gateway.budget({ limit: large });
  const nodes = {
    enter: ['request', {}],
    pay: ['budget', { budget: budget.id, warnAt: null }],
    call: ['fallback', { models: ['asked', 'sandbox/large?usage=exact&delay=300'], coolDownSeconds: 0 }],
  } as const;
  await gateway.use(nodes, ['enter.next > pay', 'pay.within > call']);
  const answer = outcomeOf(body);
  const held = async (): Promise<number[]> =>
    (await gateway.ledger.intents()).flatMap(({ charges }) => charges.map((charge) => charge.held));
  await expect.poll(held).toEqual([large]);
  expect(await answer).toBe('passed');
  await gateway.settled();
});

it('neither holds nor charges for a dry run', async () => {
  const budget = await gateway.budget({ limit: 1_000_000_000 });
  await gateway.useBudget(budget.id);
  expect(await outcomeOf(ask('What would you do?'), { 'x-signalbox-dry-run': 'true' })).toBe('passed');
  expect(await lastRecord()).toMatchObject({ status: 'dry_run', cost: 0, charges: [], attempts: [] });
  await gateway.settled();
});
