import fc from 'fast-check';
import o200k from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { type ChatBody, chatBody, viewOfChat } from '../../policies/chat.ts';
import { compileGraph } from '../../policies/compile.ts';
import type { HoldResult } from '../../policies/effects.ts';
import type { Graph } from '../../policies/graph.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { boundFor } from '../../policies/model-fit.ts';
import { replay } from '../../policies/replay.ts';
import { Run } from '../../policies/run.ts';
import { outsideSchema, type Simulation, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { contentBound, countInput, type TokenCounter } from '../../policies/token-count.ts';
import { tokenCounter } from '../../server/money/token-counter.ts';
import { body, callerTags, draw, drawing, moment } from './drawings.ts';
import { budgetOf, lookup, worldWith } from './house.ts';

const NOW = Date.UTC(2026, 2, 2, 12);
const asText = { disallowedSpecial: new Set<string>() };

/** The models of the house as if they read texts with a published tokenizer. */
const declaring: ModelLookup = (name) => {
  const model = lookup(name);
  return model && { ...model, tokenizer: 'o200k' };
};

function runOf(request: unknown): Run {
  const source = { read: () => null, truth: () => false };
  return new Run({ view: viewOfChat(chatBody.parse(request)), tags: new Map(), source, now: NOW });
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('the ', 'house', '\n', '的', "'s", '  ', '😀', '<|endoftext|>', '\ud800') }),
);

describe('the bound of a counted request', () => {
  it('is at least what the tokenizer makes of the whole prompt, and at most that of its bytes', async () => {
    const message = fc.record({
      role: fc.constantFrom('system', 'user', 'assistant'),
      content: fc.oneof(
        anyText,
        fc.array(
          anyText.map((text) => ({ type: 'text', text })),
          { minLength: 1, maxLength: 3 },
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
        const run = runOf({ model: 'm', messages });
        const model = declared();
        const byBytes = boundFor(run, model, 100).inputTokens;
        await countInput(run, ['o200k'], tokenCounter);
        const counted = boundFor(run, model, 100).inputTokens;
        // The chat format as it is published: three tokens around each message, its role, and three before the answer.
        let tokens = 3;
        for (const { role, content } of messages) {
          const whole = typeof content === 'string' ? content : content.map(({ text }) => text).join('');
          tokens += 3 + o200k.countTokens(role, asText) + o200k.countTokens(whole, asText);
        }
        const prompt = run.view.slots.map(({ text }) => text).join('');
        expect(counted).toBeGreaterThanOrEqual(tokens);
        expect(counted).toBeGreaterThanOrEqual(o200k.countTokens(prompt, asText));
        expect(counted).toBeLessThanOrEqual(byBytes);
      }),
      { numRuns: 500 },
    );
  });

  it('covers tools twice over, their descriptions, and calls in the history, and stays below the bytes', async () => {
    const parameters = {
      type: 'object',
      properties: { unit: { type: 'string', enum: ['celsius', 'fahrenheit', 'kelvin'], description: 'The scale' } },
    };
    const tool = { name: 'weather', description: 'Tells how warm it is somewhere.', parameters };
    const call = {
      id: 'call_1234567890',
      type: 'function',
      function: { name: 'weather', arguments: '{"unit":"kelvin"}' },
    };
    const run = runOf({
      model: 'm',
      messages: [
        { role: 'user', content: 'How warm is it?' },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1234567890', content: 'It is warm.' },
      ],
      tools: [{ type: 'function', function: tool }],
    });
    const byBytes = contentBound(run, 'o200k');
    await countInput(run, ['o200k'], tokenCounter);
    const counted = contentBound(run, 'o200k');
    const texts = ['How warm is it?', '{"unit":"kelvin"}', 'It is warm.', tool.description].map((text) =>
      o200k.countTokens(text),
    );
    const sum = texts.reduce((all, tokens) => all + tokens, 0);
    expect(counted).toBeGreaterThan(sum + 2 * o200k.countTokens(JSON.stringify(parameters)));
    expect(counted).toBeLessThan(byBytes);
  });

  it('takes a text that a node has changed by its bytes until it is counted as well', async () => {
    const run = runOf({ model: 'm', messages: [{ role: 'user', content: 'a plain sentence in English '.repeat(20) }] });
    await countInput(run, ['o200k'], tokenCounter);
    run.view = { ...run.view, slots: run.view.slots.map((slot) => ({ ...slot, text: `${slot.text}!` })) };
    expect(contentBound(run, 'o200k')).toBe(561);
    await countInput(run, ['o200k'], tokenCounter);
    expect(contentBound(run, 'o200k')).toBeLessThan(200);
    expect(contentBound(run, 'cl100k')).toBe(561);
  });
});

function declared(): Model {
  const model = declaring('sandbox/small');
  if (!model) throw new Error('There is no small model.');
  return model;
}

/** English has about four bytes for a token. */
const ENGLISH = 'the quick brown fox jumps over the lazy dog and runs home again '.repeat(40);
const request = (content = ENGLISH): ChatBody => ({
  model: 'sandbox/small',
  messages: [{ role: 'user', content }],
  max_tokens: 100,
});
const paying = (settings: object = {}): Graph =>
  draw(
    {
      enter: ['request', {}],
      pay: ['budget', { budget: 'tokens', warnAt: null, ...settings }],
      small: ['model', { model: 'asked' }],
      cheap: ['model', { model: 'sandbox/local' }],
    },
    ['enter.next > pay', 'pay.within > small', ...('warnAt' in settings ? ['pay.warning > cheap'] : [])],
  );

function trying(
  limit: number,
  different: Partial<SimulationWorld>,
  graph = paying(),
  asked = request(),
  spent = 0,
): Promise<Simulation> {
  return simulate(
    compileGraph(graph),
    { body: asked, tags: new Map(), now: NOW },
    outsideSchema.parse({ budgets: { tokens: { spent } } }),
    {
      ...worldWith([budgetOf('tokens', { unit: 'tokens', limit })]),
      models: declaring,
      counter: tokenCounter,
      ...different,
    },
  );
}

function holdOf({ decision }: Simulation): HoldResult | undefined {
  return decision.trace.flatMap((step) => step.results ?? []).find((result) => 'budgetName' in result);
}

const recordOf = ({ decision }: Simulation) => ({
  trace: JSON.parse(JSON.stringify(decision.trace)),
  tags: new Map(),
  now: NOW,
  facts: { 'request.model': 'sandbox/small', 'request.max_tokens': 100 },
});

/** A counter that says how often it was asked. */
function watched(counter: TokenCounter = tokenCounter) {
  const seen = { asked: 0 };
  const counting: TokenCounter = (texts, tokenizer) => {
    seen.asked += 1;
    return counter(texts, tokenizer);
  };
  return { seen, counting };
}

describe('a budget that the bytes of a request do not fit', () => {
  it('admits it by its counted tokens, holds them, says so, and decides the same in a replay', async () => {
    const tried = await trying(1000, {});
    const hold = holdOf(tried);
    expect(hold).toMatchObject({ port: 'within', why: 'fits', counted: true });
    expect(hold?.amount).toBeGreaterThan(o200k.countTokens(ENGLISH) + 100);
    expect(hold?.amount).toBeLessThan(1000);
    expect(tried.decision.trace[1]?.reason).toContain('by a count of its tokens');
    const again = await replay(compileGraph(paying()), recordOf(tried), true);
    expect(again).toMatchObject({ result: 'same' });
    if (again.result === 'same') expect(again.decision.trace[1]).toEqual(tried.decision.trace[1]);
  });

  it('refuses it where a model that could take it declares no tokenizer', async () => {
    const { seen, counting } = watched();
    const hold = holdOf(await trying(1000, { models: lookup, counter: counting }));
    expect(hold).toMatchObject({ port: 'exhausted', why: 'over_limit' });
    expect(hold).not.toHaveProperty('counted');
    const graph = draw(
      {
        enter: ['request', {}],
        pay: ['budget', { budget: 'tokens', warnAt: null }],
        one: ['fallback', { models: ['sandbox/small', 'sandbox/large'] }],
      },
      ['enter.next > pay', 'pay.within > one'],
    );
    const onlySmall: ModelLookup = (name) => (name === 'sandbox/small' ? declaring(name) : lookup(name));
    expect(holdOf(await trying(1000, { models: onlySmall, counter: counting }, graph))).toMatchObject({
      port: 'exhausted',
    });
    expect(seen.asked).toBe(0);
  });

  it('refuses it where nobody can count, and says so', async () => {
    for (const counter of [undefined, async () => null]) {
      const { decision } = await simulate(
        compileGraph(paying()),
        { body: request(), tags: new Map(), now: NOW },
        outsideSchema.parse({}),
        {
          ...worldWith([budgetOf('tokens', { unit: 'tokens', limit: 1000 })]),
          models: declaring,
          ...(counter ? { counter } : {}),
        },
      );
      expect(decision.trace[1]).toMatchObject({ port: 'exhausted', results: [{ counted: 'unavailable' }] });
      expect(decision.trace[1]?.reason).toContain('could not be counted');
    }
  });

  it('is not counted for where its bytes fit, or where its answer alone does not', async () => {
    const { seen, counting } = watched();
    expect(holdOf(await trying(100_000, { counter: counting }))).toMatchObject({ port: 'within', counted: 'needless' });
    expect(holdOf(await trying(90, { counter: counting }))).toMatchObject({ port: 'exhausted', counted: 'needless' });
    expect(seen.asked).toBe(0);
    await trying(1000, { counter: counting });
    expect(seen.asked).toBe(1);
  });

  it('opens the way of the warning where the other is too dear, or past', async () => {
    const graph = paying({ warnAt: 0.5 });
    // Above the warning share: only the cheaper way is asked for, and only a count fits it.
    const past = holdOf(await trying(2000, {}, graph, request(), 1200));
    expect(past).toMatchObject({ port: 'warning', why: 'over_warning', counted: true });
    // Below it, but too near the limit for the bytes.
    expect(holdOf(await trying(2000, {}, graph, request(), 900))).toMatchObject({ port: 'within', counted: true });
  });

  it('is not told for a version that would have counted where the recorded one had no need to', async () => {
    const graphOf = (warnAt: number | null): Graph =>
      draw(
        {
          enter: ['request', {}],
          pay: ['budget', { budget: 'month', warnAt }],
          large: ['model', { model: 'sandbox/large' }],
          free: ['model', { model: 'sandbox/local' }],
        },
        ['enter.next > pay', 'pay.within > large', ...(warnAt === null ? [] : ['pay.warning > free'])],
      );
    const world = {
      ...worldWith([budgetOf('month', { limit: 20_000_000 })]),
      state: () => ({ spent: 11_000_000, held: 0 }),
      models: declaring,
      counter: tokenCounter,
    };
    const decide = (warnAt: number | null): Promise<Simulation> =>
      simulate(
        compileGraph(graphOf(warnAt)),
        { body: request(), tags: new Map(), now: NOW },
        outsideSchema.parse({}),
        world,
      );
    const past = await decide(0.5);
    expect(holdOf(past)).toMatchObject({ port: 'warning', why: 'over_warning', counted: 'needless' });
    expect(holdOf(await decide(null))).toMatchObject({ port: 'within', counted: true });
    expect(await replay(compileGraph(graphOf(null)), recordOf(past), false)).toMatchObject({
      result: 'cannot tell',
      node: 'pay',
    });
    expect(await replay(compileGraph(graphOf(0.4)), recordOf(past), false)).toMatchObject({ result: 'same' });
  });
});

describe('drawings whose models declare a tokenizer', () => {
  it('take the same path in a replay', async () => {
    let counted = 0;
    const missing = fc.nat(150);
    await fc.assert(
      fc.asyncProperty(drawing, body, callerTags, moment, missing, async (graph, chat, tags, now, tooLittle) => {
        const decide = (limit: number): Promise<Simulation> =>
          simulate(compileGraph(graph), { body: chat, tags, now }, outsideSchema.parse({}), {
            ...worldWith(['month', 'tokens'].map((id) => budgetOf(id, { unit: 'tokens', limit }))),
            models: declaring,
            counter: tokenCounter,
          });
        // A little less than what the bytes of the request could come to.
        const byBytes = holdOf(await decide(1e12))?.bounds?.within ?? 0;
        const { decision } = await decide(Math.max(0, byBytes - tooLittle));
        const view = viewOfChat(chat);
        const facts = {
          'request.model': view.model,
          'request.max_tokens': view.maxOutputTokens,
          'content.tools': view.toolNames,
        };
        const recorded = { trace: JSON.parse(JSON.stringify(decision.trace)), tags, now, facts };
        for (const step of decision.trace)
          for (const result of step.results ?? []) if ('budgetName' in result && result.counted === true) counted += 1;
        const again = await replay(compileGraph(graph), recorded, true);
        expect(again.result).toBe('same');
        if (again.result === 'same')
          expect(again.decision.trace.map(({ reason }) => reason)).toEqual(decision.trace.map(({ reason }) => reason));
      }),
      { numRuns: 500 },
    );
    expect(counted).toBeGreaterThan(0);
  });
});
