import { describe, expect, it } from 'vitest';
import type { ModelHealth } from '../../ui/api/model-health.ts';
import { healthFigures, sayHealth } from '../../ui/screens/models/health-words.ts';

const health = (part: Partial<ModelHealth>): ModelHealth => ({
  state: 'closed',
  restsUntil: null,
  calls: 10,
  errorRate: 0,
  firstTokenMs: 420,
  tokensPerSecond: 61.4,
  underWay: 0,
  ...part,
});
/** In whatever time zone this runs. */
const AT = new Date(2026, 10, 22, 14, 3, 20).getTime();

describe('how a model is doing', () => {
  it.each([
    ['idle', 'no calls in the last 5 minutes', null],
    ['idle', 'no calls in the last 5 minutes', health({ calls: 0, errorRate: null })],
    ['idle', 'its first calls are under way', health({ calls: 0, errorRate: null, underWay: 2 })],
    ['well', 'answers well', health({})],
    ['partly', 'answers, but 1 of 10 calls failed', health({ errorRate: 0.1 })],
    ['badly', 'answers badly: 1 of 1 call failed', health({ calls: 1, errorRate: 1 })],
    [
      'rests',
      'rests until 14:03:20, because 6 of 10 calls failed',
      health({ state: 'open', restsUntil: AT, errorRate: 0.6 }),
    ],
    [
      'rests',
      'rests until 14:03:20, after a call failed',
      health({ state: 'resting', restsUntil: AT, errorRate: 0.1 }),
    ],
    ['tried', 'is tried again: 6 of 10 calls failed', health({ state: 'half_open', errorRate: 0.6 })],
    ['tried', 'is tried again with the next call', health({ state: 'half_open', calls: 0, errorRate: null })],
  ])('is marked %s and said as “%s”', (mark, words, told) => {
    expect(sayHealth(told)).toMatchObject({ mark, words });
  });

  it('has its figures with their units, and says of what is not known that it is not', () => {
    expect(healthFigures(health({ errorRate: 0.1, underWay: 1 })).map(({ figure }) => figure)).toEqual([
      '10, 10 % failed',
      '420 ms on average',
      '61 tokens a second',
      '1 call',
    ]);
    const idle = health({ calls: 0, errorRate: null, firstTokenMs: null, tokensPerSecond: null });
    expect(healthFigures(idle).map(({ figure }) => figure)).toEqual([
      'none ended',
      'not known',
      'not known',
      'no call',
    ]);
  });
});
