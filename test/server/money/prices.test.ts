import { calcPrice, findProvider } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import type { Price } from '../../../policies/model.ts';
import { costOf } from '../../../policies/price.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import { listedModels, type PriceStep, pricesOverTime, stepAt } from '../../../server/money/prices.ts';

const flat = (output: number): Price => [{ aboveInputTokens: 0, input: 1, cachedInput: 1, cacheWrite: 1, output }];
const listed = (vendor: string, id: string) => {
  const model = listedModels(vendor).find((candidate) => candidate.id === id);
  if (!model) throw new Error(`${id} is not listed`);
  return model;
};

describe('the price list', () => {
  it('gives whole nano-dollars per million tokens, with caches and context', () => {
    const haiku = listed('anthropic', 'claude-haiku-4-5');
    expect(haiku.contextTokens).toBe(200_000);
    expect(haiku.steps).toEqual([
      {
        from: 0,
        price: [
          {
            aboveInputTokens: 0,
            input: 1_000_000_000,
            cachedInput: 100_000_000,
            cacheWrite: 1_250_000_000,
            output: 5_000_000_000,
          },
        ],
      },
    ]);
  });

  it('takes the plain input price where a cache has none', () => {
    const [step] = listed('openai', 'gpt-4o-2024-05-13').steps;
    expect(step?.price[0]).toMatchObject({
      input: 5_000_000_000,
      cachedInput: 5_000_000_000,
      cacheWrite: 5_000_000_000,
    });
  });

  it('has a dearer rate for long input', () => {
    const [step] = listed('anthropic', 'claude-sonnet-4-5').steps;
    expect(step?.price.map((rate) => [rate.aboveInputTokens, rate.input, rate.output])).toEqual([
      [0, 3_000_000_000, 15_000_000_000],
      [200_000, 6_000_000_000, 22_500_000_000],
    ]);
  });

  it('has a price that changed at a date, before and after it', () => {
    const { steps } = listed('openai', 'o3');
    const change = Date.UTC(2025, 5, 10);
    expect(stepAt(steps, change - 1)?.price[0].input).toBe(10_000_000_000);
    expect(stepAt(steps, change)?.price[0].input).toBe(2_000_000_000);
  });

  it('knows dated names, and no price for what is not sold by tokens', () => {
    expect(listed('openai', 'gpt-4o').matches('gpt-4o-2024-08-06')).toBe(true);
    expect(listed('openai', 'gpt-4o').matches('gpt-4o-2024-05-13')).toBe(false);
    expect(listed('openai', 'gpt-6-sol').matches('gpt-6-sol-2026-10-01')).toBe(true);
    expect(listed('openai', 'whisper-1').steps).toEqual([]);
    expect(listedModels('nobody')).toEqual([]);
  });

  it.each(['openai', 'anthropic'])('costs what the list itself computes, for every model of %s', (vendor) => {
    const provider = findProvider({ providerId: vendor });
    const timestamp = new Date(Date.UTC(2026, 8, 1));
    let compared = 0;
    for (const model of listedModels(vendor)) {
      const price = stepAt(model.steps, timestamp.getTime())?.price;
      if (!price) continue;
      for (const inputTokens of [0, 1, 1000, 199_999, 200_000, 200_001, 271_999, 272_000, 272_001, 900_000]) {
        const usage = {
          ...NO_USAGE,
          inputTokens,
          cachedInputTokens: Math.floor(inputTokens / 3),
          cacheWriteTokens: Math.floor(inputTokens / 5),
          outputTokens: 777,
        };
        const theirs = calcPrice(
          {
            input_tokens: usage.inputTokens,
            cache_read_tokens: usage.cachedInputTokens,
            cache_write_tokens: usage.cacheWriteTokens,
            output_tokens: usage.outputTokens,
          },
          model.id,
          { provider, timestamp },
        );
        if (theirs?.model.id !== model.id) continue;
        const gap = costOf(usage, price) - theirs.total_price * 1e9;
        // Ours is rounded up; theirs is a sum of floating-point numbers.
        expect(gap, `${model.id} at ${inputTokens}`).toBeGreaterThan(-0.01);
        expect(gap, `${model.id} at ${inputTokens}`).toBeLessThan(1.01);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(150);
  });
});

describe('prices over time', () => {
  const steps: PriceStep[] = [
    { from: 0, price: flat(10) },
    { from: 100, price: flat(20) },
  ];
  const listing = (id: string) => (id.startsWith('p/m') ? { id: 'p/m', steps } : undefined);
  const output = (price: Price | null) => price?.[0].output ?? null;

  it('follow the list until an override begins, and then the latest override', () => {
    const priceAt = pricesOverTime(listing, [
      { model: 'p/m', price: flat(5), effectiveFrom: 300 },
      { model: 'p/m', price: flat(7), effectiveFrom: 50 },
    ]);
    const at = (now: number) => output(priceAt({ id: 'p/m', price: null }, now));
    expect([49, 50, 99, 100, 299, 300, 1e15].map(at)).toEqual([10, 7, 7, 7, 7, 5, 5]);
  });

  it('are those of the listed model for its dated snapshots, unless the snapshot has its own', () => {
    const priceAt = pricesOverTime(listing, [
      { model: 'p/m', price: flat(7), effectiveFrom: 50 },
      { model: 'p/m-2', price: flat(3), effectiveFrom: 60 },
    ]);
    const at = (id: string, now: number) => output(priceAt({ id, price: null }, now));
    expect([at('p/m-1', 10), at('p/m-1', 70), at('p/m-2', 55), at('p/m-2', 70)]).toEqual([10, 7, 7, 3]);
  });

  it('are a model’s own where it is not listed, and unknown until somebody sets one', () => {
    const priceAt = pricesOverTime(listing, [{ model: 'q/x', price: flat(4), effectiveFrom: 10 }]);
    expect(output(priceAt({ id: 'q/own', price: flat(9) }, 0))).toBe(9);
    expect(priceAt({ id: 'q/x', price: null }, 9)).toBeNull();
    expect(output(priceAt({ id: 'q/x', price: null }, 10))).toBe(4);
  });
});
