/** How one of several models is chosen, and that what was chosen can be told again. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OrderNeed, STRATEGIES } from '../../../policies/effects.ts';
import { conversationOf, NOT_MEASURED, type OrderInputs, orderModels } from '../../../policies/model-order.ts';
import { EMPTY_VIEW, type TextSlot } from '../../../policies/request.ts';
import { Run } from '../../../policies/run.ts';
import { lookup } from '../../policies/house.ts';
import { answer, type BehavingModels, startBehavingModels } from './behaving-models.ts';
import { eventually, replayAll } from './harness.ts';

const NAMES = ['sandbox/large', 'sandbox/small', 'sandbox/local'];
const runOf = (needs: object = {}): Run =>
  new Run({
    view: { ...EMPTY_VIEW, model: 'sandbox/large', needs: { ...EMPTY_VIEW.needs, ...needs } },
    tags: new Map(),
    source: { read: () => null, truth: (_leaf, _run, compute) => compute() },
    now: 0,
  });
const need = (by: OrderNeed['by'], more: Partial<OrderNeed> = {}): OrderNeed => ({
  type: 'order',
  node: 'it',
  names: NAMES,
  by,
  shares: [0.5, 0.25, 0.25],
  conversation: null,
  ...more,
});
const inputs = (more: Partial<OrderInputs> = {}): OrderInputs => ({
  models: lookup,
  measured: () => NOT_MEASURED,
  chance: 0,
  turn: 0,
  before: null,
  ...more,
});
const orderOf = (by: OrderNeed['by'], more: Partial<OrderInputs> = {}, run = runOf()): readonly string[] =>
  orderModels(need(by), run, inputs(more)).order;

describe('the order of models', () => {
  it('is by what the request can cost at most', () => {
    expect(orderOf('cheapest')).toEqual(['sandbox/local', 'sandbox/small', 'sandbox/large']);
  });

  it('puts a model last that cannot take the request, or has no price', () => {
    const blind: OrderInputs['models'] = (name) => {
      const model = lookup(name);
      return model && name === 'sandbox/local' ? { ...model, supports: { ...model.supports, images: false } } : model;
    };
    const pictures = orderOf('cheapest', { models: blind }, runOf({ images: true }));
    expect(pictures).toEqual(['sandbox/small', 'sandbox/large', 'sandbox/local']);
    const unpriced: OrderInputs['models'] = (name) => {
      const model = lookup(name);
      return model && name === 'sandbox/local' ? { ...model, price: null } : model;
    };
    expect(orderOf('cheapest', { models: unpriced })).toEqual(['sandbox/small', 'sandbox/large', 'sandbox/local']);
  });

  it('is by the time that an answer would take, first words and all', () => {
    const measured = (model: string) => ({
      ...NOT_MEASURED,
      firstTokenMs: model === 'sandbox/large' ? 100 : 800,
      tokensPerSecond: model === 'sandbox/large' ? 10 : 1000,
    });
    expect(orderOf('fastest', { measured })[0]).toBe('sandbox/small');
    const short = runOf();
    short.outputLimit = 1;
    expect(orderOf('fastest', { measured }, short)[0]).toBe('sandbox/large');
  });

  it('tries a model that was not measured lately, so that it is', () => {
    const measured = (model: string) =>
      model === 'sandbox/local' ? NOT_MEASURED : { ...NOT_MEASURED, firstTokenMs: 1, tokensPerSecond: 1e6 };
    expect(orderOf('fastest', { measured })[0]).toBe('sandbox/local');
  });

  it('is by the calls under way', () => {
    const measured = (model: string) => ({ ...NOT_MEASURED, underWay: model === 'sandbox/small' ? 0 : 3 });
    expect(orderOf('least_loaded', { measured })).toEqual(['sandbox/small', 'sandbox/large', 'sandbox/local']);
  });

  it('goes round', () => {
    expect([0, 1, 2, 3].map((turn) => orderOf('round_robin', { turn })[0])).toEqual([...NAMES, NAMES[0]]);
  });

  it('gives each its share', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      const [first = ''] = orderOf('shares', { chance: i / 1000 });
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect(NAMES.map((name) => counts.get(name))).toEqual([500, 250, 250]);
  });

  it('begins with the model that the conversation had before', () => {
    const asked = need('cheapest', { conversation: 'talk' });
    const result = orderModels(asked, runOf(), inputs({ before: 'sandbox/large' }));
    expect(result).toEqual({
      order: ['sandbox/large', 'sandbox/local', 'sandbox/small'],
      by: 'cheapest',
      names: NAMES,
      kept: true,
    });
    expect(orderModels(asked, runOf(), inputs({ before: 'gone/model' })).kept).toBe(false);
  });

  it('says what a replay needs: the list, and the lot that was drawn', () => {
    const result = orderModels(need('shares'), runOf(), inputs({ chance: 0.6 }));
    expect(result).toEqual({
      order: ['sandbox/small', 'sandbox/large', 'sandbox/local'],
      by: 'shares',
      names: NAMES,
      drawn: 0.6,
    });
  });

  it('has every model once, whatever is measured', () => {
    const figures = fc.record({
      firstTokenMs: fc.option(fc.nat(10_000)),
      tokensPerSecond: fc.option(fc.integer({ min: 1, max: 1000 })),
      underWay: fc.nat(100),
    });
    const anything = fc.record({
      by: fc.constantFrom(...STRATEGIES),
      figures: fc.array(figures, { minLength: 3, maxLength: 3 }),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
      turn: fc.nat(),
      shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(anything, ({ by, figures, chance, turn, shares }) => {
        const measured = (model: string) => figures[NAMES.indexOf(model)] ?? NOT_MEASURED;
        const { order } = orderModels(need(by, { shares }), runOf(), inputs({ measured, chance, turn }));
        expect([...order].sort()).toEqual([...NAMES].sort());
      }),
    );
  });
});

describe('a conversation', () => {
  const slot = (role: TextSlot['role'], text: string, message: number): TextSlot => ({
    path: [],
    role,
    purpose: role === 'system' ? 'instructions' : 'message',
    message,
    text,
  });
  const first = [slot('system', 'be kind', 0), slot('user', 'hello', 1)];
  const of = (slots: readonly TextSlot[]): string => conversationOf({ ...EMPTY_VIEW, slots });

  it('is the same as long as it goes on, and another with other first words', () => {
    expect(of([...first, slot('assistant', 'hi', 2), slot('user', 'and now?', 3)])).toBe(of(first));
    expect(of([slot('system', 'be kind', 0), slot('user', 'good day', 1)])).not.toBe(of(first));
  });
});

describe('a gateway', () => {
  let models: BehavingModels;
  beforeAll(async () => {
    models = await startBehavingModels();
  });
  beforeEach(() => models.fresh());
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    try {
      await replayAll(models.gateway);
    } finally {
      await models.stop();
    }
  });
  const three = { model: 'up/a', others: [{ model: 'up/b', share: 0.2 }, { model: 'up/c' }], retries: 0 };

  it('lets each model have its turn', async () => {
    const policy = await models.policyOf('model', { ...three, choose: 'round_robin' });
    for (let i = 0; i < 4; i++) await models.ask(policy);
    expect(models.called()).toEqual(['a', 'b', 'c', 'a']);
  });

  it('draws by shares, and records what was drawn', async () => {
    const policy = await models.policyOf('model', { ...three, choose: 'shares' });
    const { upstreams } = models.gateway.running.gateway;
    // The first has what the others leave: 30 %.
    for (const [chance, model] of [
      [0.29, 'a'],
      [0.31, 'b'],
      [0.49, 'b'],
      [0.51, 'c'],
    ] as const) {
      vi.spyOn(upstreams, 'chance').mockReturnValue(chance);
      const { text, record } = await models.ask(policy);
      expect(text).toContain(`from ${model}`);
      expect(record.trace.at(-1)?.results?.[0]).toMatchObject({ by: 'shares' });
      expect(record.trace.at(-1)?.reason).toBe(`up/${model} answered, drawn from 3 by shares.`);
    }
  });

  it('sends a request to the model with the fewest under way', async () => {
    const policy = await models.policyOf('model', { ...three, choose: 'least_loaded' });
    const waiting: (() => void)[] = [];
    models.behaviours.set('a', (response) => waiting.push(() => answer(response, 'a', false)));
    const slow = models.ask(policy);
    await eventually(() => expect(waiting).toHaveLength(1));
    expect((await models.ask(policy)).text).toContain('from b');
    waiting[0]?.();
    await slow;
    models.behaviours.clear();
    expect((await models.ask(policy)).text).toContain('from a');
  });

  it('measures how fast models are, and takes the fastest', async () => {
    const policy = await models.policyOf('model', { ...three, choose: 'fastest' });
    // Each that was not measured is tried once.
    for (let i = 0; i < 3; i++) await models.ask(policy);
    expect([...models.called()].sort()).toEqual(['a', 'b', 'c']);
    const [[, known] = []] = [...models.gateway.running.gateway.upstreams.all()];
    known?.of('up/c').health.began(-1e6, models.gateway.running.gateway.upstreams.now());
    expect((await models.ask(policy)).text).toContain('from c');
  });

  it('keeps the model of a conversation, by its first words or by a tag', async () => {
    const policy = await models.policyOf('model', { ...three, choose: 'round_robin', keepConversation: true });
    const said = (...texts: string[]) => ({
      messages: texts.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
    });
    await models.ask(policy, said('one'));
    await models.ask(policy, said('two'));
    const { text, record } = await models.ask(policy, said('one', 'yes?', 'go on'));
    expect(text).toContain('from a');
    expect(record.trace.at(-1)?.reason).toBe('up/a answered, as before in this conversation.');

    const tagged = await models.policyOf('model', {
      ...three,
      choose: 'round_robin',
      keepConversation: true,
      conversationTag: 'session',
    });
    const session = (name: string) => models.ask(tagged, {}, { 'x-signalbox-tags': `session=${name}` });
    const texts: string[] = [];
    for (const name of ['x', 'y', 'x', 'y']) texts.push((await session(name)).text.match(/from \w/)?.[0] ?? '');
    expect(texts).toEqual(['from a', 'from b', 'from a', 'from b']);
  });

  it('goes on with the next when the chosen one fails', async () => {
    models.behaviours.set('a', (response) => void response.writeHead(503).end());
    const policy = await models.policyOf('model', { ...three, choose: 'round_robin' });
    const { text, record } = await models.ask(policy);
    expect(text).toContain('from b');
    expect(record.trace.at(-1)?.reason).toContain('one of 3 in turn, after up/a: its provider failed (503)');
  });
});
