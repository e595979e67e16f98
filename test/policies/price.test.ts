import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOfChat } from '../../policies/chat.ts';
import { AMOUNTS, type Price, type Rate } from '../../policies/model.ts';
import {
  costBound,
  costOf,
  discounted,
  dollars,
  estimateInputTokens,
  inputTokenBound,
  tierOf,
  usageBound,
} from '../../policies/price.ts';
import { EMPTY_VIEW, NO_USAGE, type RequestView, type Usage } from '../../policies/request.ts';
import { utf8Bytes } from '../../policies/text-size.ts';

const nano = fc.integer({ min: 0, max: 600_000_000_000 });
const rate = (aboveInputTokens: number): fc.Arbitrary<Rate> =>
  fc.record(
    {
      aboveInputTokens: fc.constant(aboveInputTokens),
      input: nano,
      cachedInput: nano,
      cacheWrite: nano,
      cacheWriteHour: nano,
      audioInput: nano,
      cachedAudio: nano,
      imageInput: nano,
      output: nano,
      audioOutput: nano,
      perRequest: nano,
    },
    { requiredKeys: ['aboveInputTokens', 'input', 'cachedInput', 'cacheWrite', 'output'] },
  );
const price: fc.Arbitrary<Price> = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 3 })
  .chain((starts) => fc.tuple(rate(0), ...starts.sort((a, b) => a - b).map(rate)))
  .map(([first, ...more]): Price => [first, ...more]);
const tokens = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2_000_000 }));
/** Every kind of token at once. */
const usage: fc.Arbitrary<Usage> = fc
  .record({
    plain: tokens,
    cached: tokens,
    cachedAudio: tokens,
    written: tokens,
    hour: tokens,
    audio: tokens,
    images: tokens,
    output: tokens,
    spoken: tokens,
  })
  .map(({ plain, cached, cachedAudio, written, hour, audio, images, output, spoken }) => ({
    inputTokens: plain + cached + cachedAudio + written + hour + audio + images,
    cachedInputTokens: cached + cachedAudio,
    cachedAudioTokens: cachedAudio,
    cacheWriteTokens: written + hour,
    cacheWriteHourTokens: hour,
    audioInputTokens: audio,
    imageInputTokens: images,
    outputTokens: output + spoken,
    reasoningTokens: output,
    audioOutputTokens: spoken,
  }));

/** The same sum, in exact arithmetic from beginning to end. */
function exactCost(used: Usage, prices: Price): bigint {
  const applied = [...prices].reverse().find((candidate) => used.inputTokens > candidate.aboveInputTokens) ?? prices[0];
  const plain =
    used.inputTokens - used.cachedInputTokens - used.cacheWriteTokens - used.audioInputTokens - used.imageInputTokens;
  const parts: readonly (readonly [tokens: number, rate: number])[] = [
    [plain, applied.input],
    [used.cachedInputTokens - used.cachedAudioTokens, applied.cachedInput],
    [used.cachedAudioTokens, applied.cachedAudio ?? applied.cachedInput],
    [used.cacheWriteTokens - used.cacheWriteHourTokens, applied.cacheWrite],
    [used.cacheWriteHourTokens, applied.cacheWriteHour ?? applied.cacheWrite],
    [used.audioInputTokens, applied.audioInput ?? applied.input],
    [used.imageInputTokens, applied.imageInput ?? applied.input],
    [used.outputTokens - used.audioOutputTokens, applied.output],
    [used.audioOutputTokens, applied.audioOutput ?? applied.output],
    [used.inputTokens + used.outputTokens > 0 ? 1_000_000 : 0, applied.perRequest ?? 0],
  ];
  const sum = parts.reduce((all, [count, each]) => all + BigInt(count) * BigInt(each), 0n);
  return (sum + 999_999n) / 1_000_000n;
}

describe('cost of a usage', () => {
  it('is exact, and rounded up once', () => {
    fc.assert(fc.property(usage, price, (used, prices) => BigInt(costOf(used, prices)) === exactCost(used, prices)));
  });

  it('is exact where sums leave the range of safe integers', () => {
    const large = fc.integer({ min: 0, max: 40_000_000_000 });
    fc.assert(
      fc.property(large, large, price, (input, output, prices) => {
        const used = { ...NO_USAGE, inputTokens: input, outputTokens: output };
        const exact = exactCost(used, prices);
        fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER));
        return BigInt(costOf(used, prices)) === exact;
      }),
    );
  });

  it('changes the rate just above a threshold, for all of the tokens', () => {
    const prices: Price = [
      { aboveInputTokens: 0, input: 1_000_000, cachedInput: 0, cacheWrite: 0, output: 0 },
      { aboveInputTokens: 1000, input: 2_000_000, cachedInput: 0, cacheWrite: 0, output: 0 },
    ];
    const cost = (inputTokens: number) => costOf({ ...NO_USAGE, inputTokens }, prices);
    expect([cost(0), cost(1000), cost(1001)]).toEqual([0, 1000, 2002]);
  });
});

describe('price less a discount', () => {
  const discount = fc.integer({ min: -10_000, max: 10_000 });

  it('takes the same share off every amount, rounded half up to a whole one', () => {
    fc.assert(
      fc.property(price, discount, (prices, basisPoints) => {
        const less = discounted(prices, basisPoints);
        expect(less.map((one) => Object.keys(one))).toEqual(prices.map((one) => Object.keys(one)));
        for (const [i, before] of prices.entries()) {
          const after = less[i];
          expect(after?.aboveInputTokens).toBe(before.aboveInputTokens);
          for (const name of AMOUNTS) {
            const amount = before[name];
            if (amount === undefined) continue;
            const doubled = 2n * BigInt(amount) * BigInt(10_000 - basisPoints) + 10_000n;
            expect(BigInt(after?.[name] ?? -1)).toBe(doubled / 20_000n);
          }
        }
      }),
    );
  });

  it('is the price itself without one, nothing with all of it, and twice the price with the largest surcharge', () => {
    fc.assert(
      fc.property(price, usage, (prices, used) => {
        expect(discounted(prices, 0)).toBe(prices);
        expect(costOf(used, discounted(prices, 10_000))).toBe(0);
        const twice = costOf(used, discounted(prices, -10_000));
        expect([0, 1]).toContain(2 * costOf(used, prices) - twice);
      }),
    );
  });

  it('is exact for the largest amounts that can be set', () => {
    const most: Price = [
      { aboveInputTokens: 0, input: 1e15, cachedInput: 0, cacheWrite: 0, output: 999_999_999_999_999 },
    ];
    expect(discounted(most, 1)[0]).toMatchObject({ input: 999_900_000_000_000, output: 999_899_999_999_999 });
    expect(discounted(most, 5000)[0].output).toBe(500_000_000_000_000);
  });
});

describe('bound of a cost', () => {
  it('is never below the cost of any usage within it', () => {
    fc.assert(
      fc.property(usage, tokens, tokens, price, (used, moreInput, moreOutput, prices) => {
        const bound = {
          // Kinds of tokens that the request can have at all; of those, any number.
          ...used,
          // A request always has some input: the overhead of the format alone.
          inputTokens: used.inputTokens + moreInput + 1,
          outputTokens: used.outputTokens + moreOutput,
        };
        return costBound(bound, prices) >= costOf(used, prices);
      }),
    );
  });
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('bytes of a text', () => {
  it('are as many as the encoder writes', () => {
    fc.assert(fc.property(text, (given) => utf8Bytes(given) === new TextEncoder().encode(given).length));
  });

  it('are as many in a long text, wherever characters of two units and halves of them stand in it', () => {
    for (const one of ['é', '中', '😀', '\ud83d', '\ude00']) {
      for (const before of [8190, 8191, 8192, 16_383]) {
        const long = `${'x'.repeat(before)}${one}${'y'.repeat(9000)}`;
        expect(utf8Bytes(long)).toBe(new TextEncoder().encode(long).length);
      }
    }
  });
});

const view = (texts: readonly string[], more: Partial<RequestView> = {}): RequestView => ({
  ...EMPTY_VIEW,
  slots: texts.map((given, message) => ({ path: [], role: 'user', purpose: 'message', message, text: given })),
  messages: texts.length,
  turns: texts.length,
  ...more,
});

describe('bound of the input', () => {
  it('covers each byte, each message, each image and the tools', () => {
    fc.assert(
      fc.property(fc.array(text), fc.nat(9), fc.nat(50_000), fc.nat(9999), (texts, images, imageTokens, otherBytes) => {
        const bytes = texts.reduce((sum, given) => sum + new TextEncoder().encode(given).length, 0);
        const least = bytes + otherBytes + images * imageTokens;
        const model = { imageTokens };
        const bound = inputTokenBound(view(texts, { images, otherBytes }), model);
        const withTools = inputTokenBound(view(texts, { images, otherBytes, toolNames: ['f'] }), model);
        return bound > least && bound >= least + texts.length && withTools >= bound + 530;
      }),
    );
  });

  it('multiplies the output limit by the answers asked for', () => {
    expect(usageBound(view(['Hi'], { choices: 3 }), { imageTokens: 0 }, 100).outputTokens).toBe(300);
  });
});

describe('words and classes of prices', () => {
  it('guess fewer tokens than bytes, and none for nothing', () => {
    expect(estimateInputTokens(view(['']))).toBe(0);
    fc.assert(fc.property(text, (given) => estimateInputTokens(view([given])) <= Math.max(1, utf8Bytes(given))));
  });

  it('put models into tiers by their output price', () => {
    const tier = (output: number) => tierOf([{ aboveInputTokens: 0, input: 0, cachedInput: 0, cacheWrite: 0, output }]);
    expect([tier(0), tier(2_499_999_999), tier(2_500_000_000), tier(12_499_999_999), tier(12_500_000_000)]).toEqual([
      'small',
      'small',
      'standard',
      'standard',
      'large',
    ]);
    expect(tierOf(null)).toBe('standard');
  });

  it('read as dollars', () => {
    expect([0, 1_500_000_000, 123_000, 1, -2_000_000_000, 1_234_567_890_000].map(dollars)).toEqual([
      '$0',
      '$1.50',
      '$0.000123',
      '$0.000000001',
      '-$2.00',
      '$1,234.57',
    ]);
  });

  it('never read as nothing where there is something, and stay within half a unit of their last digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 15 }), (amount) => {
        const shown = Number(dollars(amount).slice(1).replaceAll(',', ''));
        expect(shown).toBeGreaterThan(0);
        const value = amount / 1e9;
        const unit = value >= 0.01 ? 0.01 : Math.max(value * 0.01, 1e-9);
        expect(Math.abs(shown - value)).toBeLessThanOrEqual(unit / 2 + 1e-9);
      }),
    );
  });
});

describe('usage that cannot be exceeded', () => {
  const asked = (more: object) => viewOfChat({ model: 'm', messages: [{ role: 'user', content: 'hello' }], ...more });
  const dear: Price = [
    { aboveInputTokens: 0, input: 3, cachedInput: 1, cacheWrite: 4, cacheWriteHour: 6, audioInput: 40, output: 15 },
  ];
  it('is as dear as the request can be: plain, kept in a cache for minutes or an hour, or sound', () => {
    const scaled = (view: RequestView, rate: number) => {
      const bound = usageBound(view, { imageTokens: 0 }, 0);
      expect(costBound(bound, dear)).toBe(Math.ceil((bound.inputTokens * rate) / 1e6));
    };
    const marked = (cache_control: object) => ({
      messages: [{ role: 'user' as const, content: [{ type: 'text', text: 'long '.repeat(400_000), cache_control }] }],
    });
    scaled(asked({ messages: [{ role: 'user', content: 'long '.repeat(400_000) }] }), 3);
    scaled(asked(marked({ type: 'ephemeral' })), 4);
    scaled(asked(marked({ type: 'ephemeral', ttl: '1h' })), 6);
    scaled(asked({ ...marked({}), modalities: ['audio'] }), 40);
  });
});
