import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import type { ModelLookup } from '../../policies/model.ts';
import { simulate } from '../../policies/simulate.ts';
import type { TokenCounter } from '../../policies/token-count.ts';
import { draw, smallHouse } from './drawings.ts';
import { lookup } from './house.ts';
import { ask, countsOf, enter, impact, large, no, record, says, small } from './recorded.ts';

const local = ['model', { model: 'sandbox/local' }] as const;
const paying = (within: readonly [string, object], warning: readonly [string, object], settings: object = {}): Graph =>
  draw({ enter, month: ['budget', { budget: 'month', warnAt: 0.9, ...settings }], within, warning, no }, [
    'enter.next > month',
    'month.within > within',
    'month.warning > warning',
    'month.exhausted > no',
  ]);

describe('money behind a budget', () => {
  const roomy = says({ budgets: { month: { spent: 1_000_000 } } });
  const hello = ask('hello', { max_tokens: 100 });

  it('lets cheaper models pass where dearer ones did', async () => {
    const records = [await record(paying(large, small), hello, roomy)];
    expect(countsOf(await impact(paying(small, small), records))).toEqual({ 'other model': 1 });
    expect(countsOf(await impact(paying(local, local), records))).toEqual({ 'other model': 1 });
  });

  it('lets dearer models pass where they surely fit, and says on what that stands', async () => {
    const records = [await record(paying(small, small), hello, roomy)];
    const result = await impact(paying(large, small), records);
    expect(countsOf(result)).toEqual({ 'other model': 1 });
    expect(result.assumptions.join(' ')).toMatch(/limits between which/);
  });

  it('refuses dearer models where they surely do not fit', async () => {
    const nearlySpent = says({ budgets: { month: { spent: 200_000_000 - 500_000 } } });
    const records = [await record(paying(small, small, { warnAt: null }), hello, nearlySpent)];
    expect(records[0]?.model).toBe('sandbox/small');
    const without = (graph: Graph): Graph => ({
      ...graph,
      edges: graph.edges.filter(({ port }) => port !== 'warning'),
    });
    expect(countsOf(await impact(without(paying(large, small, { warnAt: null })), records))).toEqual({
      'refused now': 1,
    });
  });

  it('cannot tell where the one decides so and the other otherwise', async () => {
    const tight = says({ budgets: { month: { spent: 200_000_000 - 2_600_000 } } });
    const records = [await record(paying(small, small, { warnAt: 0.99 }), hello, tight)];
    const result = await impact(paying(large, small, { warnAt: 0.99 }), records);
    expect(countsOf(result)).toEqual({ 'cannot tell': 1 });
    expect(result.buckets.at(-1)?.examples[0]?.why).toMatch(/^At “month”: what this request could cost/);
  });

  it('cannot tell from a free model what a priced one would have cost', async () => {
    const records = [await record(paying(local, local), hello, roomy)];
    expect(countsOf(await impact(paying(large, large), records))).toEqual({ 'cannot tell': 1 });
  });

  it('knows another output limit of the budget', async () => {
    const records = [await record(paying(small, small), ask('hello'), roomy)];
    expect(countsOf(await impact(paying(small, small, { outputLimit: 100 }), records))).toEqual({ same: 1 });
    const much = { outputLimit: 1_000_000 };
    expect(countsOf(await impact(paying(small, small, much), records))).toEqual({ 'refused now': 1 });
  });
});

describe('a hold over other models', () => {
  it('is told only as it is decided', async () => {
    const models = fc.subarray(['sandbox/small', 'sandbox/large', 'sandbox/local', 'asked'], { minLength: 1 });
    const settings = fc.record({
      within: models,
      warning: models,
      warnAt: fc.constantFrom(0.5, 0.9),
      outputLimit: fc.constantFrom(100, 4000),
      brief: fc.constantFrom(null, 50, 2000),
      budget: fc.constantFrom('month', 'tokens'),
    });
    type Settings = Parameters<Parameters<typeof settings.map>[0]>[0];
    const drawn = ({ within, warning, warnAt, outputLimit, brief, budget }: Settings): Graph =>
      draw(
        {
          enter,
          ...(brief !== null && { brief: ['limit', { maxOutputTokens: brief, instructions: 'Be brief.' }] as const }),
          month: ['budget', { budget, warnAt, outputLimit }],
          dear: ['fallback', { models: within }],
          cheap: ['fallback', { models: warning }],
          no,
        },
        [
          ...(brief === null ? ['enter.next > month'] : ['enter.next > brief', 'brief.next > month']),
          'month.within > dear',
          'month.warning > cheap',
          'month.exhausted > no',
        ],
      );
    const tokenizer = fc.constantFrom(null, 'o200k' as const, 'cl100k' as const);
    const declared = fc.record({ 'sandbox/small': tokenizer, 'sandbox/large': tokenizer, 'sandbox/local': tokenizer });
    const share = fc.double({ min: 0, max: 1.1, noNaN: true });
    let estimated = 0;
    await fc.assert(
      fc.asyncProperty(settings, settings, share, declared, fc.option(fc.constantFrom(20, 3000)), async (...given) => {
        const [before, after, spentShare, tokenizers, max_tokens] = given;
        const models: ModelLookup = (name) => {
          const model = lookup(name);
          return model && { ...model, tokenizer: tokenizers[model.id as keyof typeof tokenizers] };
        };
        const counter: TokenCounter = async (texts, by) =>
          texts.map((text) => Math.ceil(text.length / (by === 'o200k' ? 5 : 4)));
        const world = { ...smallHouse, models, counter };
        const budgets = {
          month: { spent: Math.floor(200_000_000 * spentShare) },
          tokens: { spent: Math.floor(9000 * spentShare) },
        };
        const request = ask('what is a rose? '.repeat(60), { max_tokens });
        const kept = await record(drawn(before), request, says({ budgets }), {}, world);
        const result = await impact(drawn(after), [kept], models);
        if (countsOf(result)['cannot tell']) return;
        if (result.assumptions.some((one) => one.includes('limits between which'))) estimated += 1;
        const { decision } = await simulate(compileGraph(drawn(after)), request, says({ budgets }), world);
        const by = decision.outcome.type === 'model' ? decision.outcome.model : null;
        const bucket =
          by === null ? (kept.model === null ? null : 'refused now') : kept.model === null ? 'answered now' : null;
        if (bucket) expect(countsOf(result)).toEqual({ [bucket]: 1 });
        else expect(result.moves).toEqual(by === kept.model ? [] : [{ from: kept.model, to: by, count: 1 }]);
      }),
      { numRuns: 1000 },
    );
    expect(estimated).toBeGreaterThan(100);
  });
});
