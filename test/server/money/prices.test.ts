import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Price } from '../../../policies/model.ts';
import { fitsPattern } from '../../../policies/name-pattern.ts';
import { costOf } from '../../../policies/price.ts';
import { NO_USAGE } from '../../../policies/request.ts';
import {
  type AcceptedList,
  type Listing,
  listedModels,
  type PriceInForce,
  type PriceRules,
  type PriceStep,
  pricesOverTime,
  sayPriceSource,
  stepAt,
} from '../../../server/money/prices.ts';
import type { RateCard } from '../../../server/money/rate-cards.ts';

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
            cacheWriteHour: 2_000_000_000,
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
          ...(vendor === 'anthropic' && { cacheWriteHourTokens: Math.floor(inputTokens / 7) }),
          ...(model.id.startsWith('gpt-audio') && {
            audioInputTokens: Math.floor(inputTokens / 4),
            audioOutputTokens: 333,
          }),
          outputTokens: 777,
        };
        const theirs = calcPrice(
          {
            input_tokens: usage.inputTokens,
            cache_read_tokens: usage.cachedInputTokens,
            cache_write_tokens: usage.cacheWriteTokens,
            cache_write_1h_tokens: usage.cacheWriteHourTokens,
            ...(usage.audioInputTokens > 0 && { input_audio_tokens: usage.audioInputTokens }),
            ...(usage.audioOutputTokens > 0 && { output_audio_tokens: usage.audioOutputTokens }),
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
  const list = (acceptedAt: number, ...steps: PriceStep[]): AcceptedList => ({
    digest: `digest${acceptedAt}`,
    acceptedAt,
    prices: { v: { m: { label: 'M', steps } } },
  });
  const lists = [list(0, { from: 0, price: flat(10) }, { from: 100, price: flat(20) })];
  const listing = (id: string): Listing | undefined =>
    id.startsWith('p/m') ? { id: 'p/m', listed: { vendor: 'v', model: 'm' } } : undefined;
  const over = (rules: Partial<PriceRules>) => pricesOverTime(listing, { overrides: [], cards: [], lists, ...rules });
  const output = (found: PriceInForce | null) => found?.price[0].output ?? null;
  const card = (changes: Partial<RateCard>): RateCard => ({
    id: 'rc',
    provider: 'p',
    models: null,
    discountBasisPoints: 1000,
    from: 0,
    until: null,
    ...changes,
  });

  it('follow the list until an override begins, and then the latest override', () => {
    const overrides = [
      { model: 'p/m', price: flat(5), effectiveFrom: 300 },
      { model: 'p/m', price: flat(7), effectiveFrom: 50 },
    ];
    const priceAt = over({ overrides });
    const at = (now: number) => output(priceAt({ id: 'p/m', price: null }, now));
    expect([49, 50, 99, 100, 299, 300, 1e15].map(at)).toEqual([10, 7, 7, 7, 7, 5, 5]);
  });

  it('are those of the listed model for its dated snapshots, unless the snapshot has its own', () => {
    const overrides = [
      { model: 'p/m', price: flat(7), effectiveFrom: 50 },
      { model: 'p/m-2', price: flat(3), effectiveFrom: 60 },
    ];
    const priceAt = over({ overrides });
    const at = (id: string, now: number) => output(priceAt({ id, price: null }, now));
    expect([at('p/m-1', 10), at('p/m-1', 70), at('p/m-2', 55), at('p/m-2', 70)]).toEqual([10, 7, 7, 3]);
  });

  it('are a model’s own where it is not listed, and unknown until somebody sets one', () => {
    const priceAt = over({ overrides: [{ model: 'q/x', price: flat(4), effectiveFrom: 10 }] });
    expect(output(priceAt({ id: 'q/own', price: flat(9) }, 0))).toBe(9);
    expect(priceAt({ id: 'q/x', price: null }, 9)).toBeNull();
    expect(output(priceAt({ id: 'q/x', price: null }, 10))).toBe(4);
  });

  it('follow the list that was accepted last before a moment, and the first one before any was', () => {
    const priceAt = over({ lists: [list(500, { from: 0, price: flat(1) }), list(900, { from: 0, price: flat(2) })] });
    const at = (now: number) => output(priceAt({ id: 'p/m', price: null }, now));
    expect([0, 499, 500, 899, 900, 1e15].map(at)).toEqual([1, 1, 1, 1, 2, 2]);
    expect(over({ lists: [] })({ id: 'p/m', price: null }, 0)).toBeNull();
  });

  it('are less the rate card that began last of those in force, from its first moment and not at its last', () => {
    const cards = [card({ id: 'a', until: 400 }), card({ id: 'b', discountBasisPoints: 5000, from: 200, until: 300 })];
    const priceAt = over({ cards, lists: [list(0, { from: 0, price: flat(1000) })] });
    const at = (now: number) => output(priceAt({ id: 'p/m', price: null }, now));
    expect([0, 199, 200, 299, 300, 399, 400].map(at)).toEqual([900, 900, 500, 500, 900, 900, 1000]);
  });

  it('heed the card that was made last of two that begin at the same moment', () => {
    const cards = [card({ id: 'a' }), card({ id: 'b', discountBasisPoints: -2000 })];
    expect(over({ cards })({ id: 'p/m', price: null }, 0)).toMatchObject({ card: { id: 'b' } });
  });

  it('leave what was set by hand, other providers and other models alone', () => {
    const cards = [card({ models: ['x', 'm-2*'] })];
    const priceAt = over({ cards, overrides: [{ model: 'p/m-21', price: flat(100), effectiveFrom: 0 }] });
    const cardOf = (id: string) => priceAt({ id, price: flat(100) }, 0)?.card?.id ?? null;
    expect(['p/m', 'p/m-2', 'p/m-2026', 'p/m-21', 'p/x', 'q/x'].map(cardOf)).toEqual([
      null,
      'rc',
      'rc',
      null,
      'rc',
      null,
    ]);
    // A card for the family is one for its dated snapshots.
    expect(over({ cards: [card({ models: ['m'] })] })({ id: 'p/m-2026', price: null }, 0)?.card?.id).toBe('rc');
  });

  it('give the same object as long as nothing changes', () => {
    const priceAt = over({ cards: [card({})] });
    expect(priceAt({ id: 'p/m', price: null }, 0)?.price).toBe(priceAt({ id: 'p/m', price: null }, 1)?.price);
  });

  it('say where they come from', () => {
    const moment = Date.UTC(2026, 10, 1, 12);
    const rules = {
      lists: [{ ...list(moment, { from: 0, price: flat(10) }), digest: '1a2b3c4d5e6f' }],
      overrides: [{ model: 'p/m-set', price: flat(1), effectiveFrom: moment }],
    };
    const say = (id: string, price: Price | null, cards: readonly RateCard[] = []) => {
      const found = over({ ...rules, cards })({ id, price }, moment);
      return found && sayPriceSource(found);
    };
    expect(say('p/m', null)).toBe('list 1a2b3c4d of 2026-11-01');
    expect(say('p/m', null, [card({ discountBasisPoints: 1550 })])).toBe('list 1a2b3c4d of 2026-11-01, -15.5 %');
    expect(say('p/m', null, [card({ discountBasisPoints: -500 })])).toBe('list 1a2b3c4d of 2026-11-01, +5 %');
    expect(say('p/m-set', null)).toBe('set from 2026-11-01T12:00:00.000Z');
    expect(say('q/own', flat(1))).toBe('built in');
    expect(say('q/free', [{ aboveInputTokens: 0, input: 0, cachedInput: 0, cacheWrite: 0, output: 0 }])).toBe(
      'own machines, free',
    );
    expect(say('q/none', null)).toBeNull();
  });
});

describe('a pattern for names of models', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['gpt-5', 'gpt-5', true],
    ['gpt-5', 'gpt-5-mini', false],
    ['gpt-5*', 'gpt-5-mini', true],
    ['*mini', 'gpt-5-mini', true],
    ['*mini', 'gpt-5-minis', false],
    ['g*5*i', 'gpt-5-mini', true],
    ['a*a', 'a', false],
    ['a*b*b', 'a-b', false],
    ['a.c', 'abc', false],
  ])('%s and %s: %s', (pattern, name, fits) => {
    expect(fitsPattern(pattern, name)).toBe(fits);
  });

  it('fits what is made from it', () => {
    const piece = fc.stringMatching(/^[a-c.]{0,4}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, piece), { maxLength: 5 }), piece, (pieces, last) => {
        const pattern = pieces.map(([fixed]) => `${fixed}*`).join('') + last;
        const name = pieces.map(([fixed, any]) => fixed + any).join('') + last;
        return fitsPattern(pattern, name);
      }),
    );
  });
});
