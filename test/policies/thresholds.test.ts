import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoresOf, splitByThresholds } from '../../policies/thresholds.ts';
import { draw } from './drawings.ts';
import { ask, enter, nothingSaid, only, record, says, small, sorting } from './recorded.ts';

describe('recorded scores', () => {
  it('are those of requests that were classified', async () => {
    const classified = await record(sorting(0.5), ask('hi'), says({ complexity: 0.4 }));
    const others = await record(only(small), ask('hi'), nothingSaid);
    expect(scoresOf([others, classified])).toEqual([{ id: classified.id, score: 0.4 }]);
  });

  it('are split as the classifier itself splits them', async () => {
    const thresholds = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), thresholds, async (score, pair) => {
        const [simpleBelow, complexFrom] = [Math.min(...pair), Math.max(...pair)];
        const graph = draw({ enter, sort: ['classify', { simpleBelow, complexFrom }], model: small }, [
          'enter.next > sort',
          'sort.simple > model',
          'sort.standard > model',
          'sort.complex > model',
        ]);
        const kept = await record(graph, ask('hi'), says({ complexity: score }));
        const port = kept.trace[1]?.port ?? '';
        const { examples, ...counts } = splitByThresholds(scoresOf([kept]), simpleBelow, complexFrom);
        expect({ ...counts }).toEqual({ simple: 0, standard: 0, complex: 0, [port]: 1 });
        expect(Object.values(examples).flat()).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });

  it('give those nearest to a threshold as examples', () => {
    const scores = [0, 0.1, 0.19, 0.18, 0.17, 0.16, 0.15].map((score) => ({ id: `at ${score}`, score }));
    const split = splitByThresholds(scores, 0.2, 0.9);
    expect(split.simple).toBe(7);
    expect(split.examples.simple.map(({ score }) => score)).toEqual([0.19, 0.18, 0.17, 0.16, 0.15]);
  });
});
