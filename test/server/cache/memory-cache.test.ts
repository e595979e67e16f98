import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryCache } from '../../../server/cache/memory-cache.ts';
import { answerOf, cacheContract } from './contract.ts';

const LATER = 9e15;

describe('answers in memory', () => {
  cacheContract(async () => new MemoryCache({ entries: 100, bytes: 1_000_000 }));

  it('lets the one give way that nobody has asked for the longest', async () => {
    const cache = new MemoryCache({ entries: 2, bytes: 1_000_000 });
    await cache.put('a', answerOf(), LATER);
    await cache.put('b', answerOf(), LATER);
    await cache.get('a', 0);
    await cache.put('c', answerOf(), LATER);
    expect([await cache.get('a', 0), await cache.get('b', 0), await cache.get('c', 0)].map(Boolean)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('does not keep one that would push out too many others', async () => {
    const cache = new MemoryCache({ entries: 10, bytes: 10_000 });
    await cache.put('small', answerOf(), LATER);
    await cache.put('large', answerOf({ bytes: Buffer.alloc(2000) }), LATER);
    expect(await cache.get('large', 0)).toBeNull();
    expect(await cache.get('small', 0)).not.toBeNull();
  });

  it('never keeps more bytes or answers than it may, and what it gives is the last that was kept', async () => {
    const step = fc.record({ key: fc.nat(8), size: fc.nat(900), isPut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const cache = new MemoryCache({ entries: 5, bytes: 15_000 });
        const last = new Map<number, number>();
        for (const { key, size, isPut } of steps) {
          if (isPut) {
            await cache.put(`${key}`, answerOf({ bytes: Buffer.alloc(size) }), LATER);
            last.set(key, size);
          } else {
            const found = await cache.get(`${key}`, 0);
            if (found) expect(found.bytes.length).toBe(last.get(key));
          }
        }
        const kept = await Promise.all([...last.keys()].map((key) => cache.get(`${key}`, 0)));
        const bytes = kept.reduce((sum, one) => sum + (one?.bytes.length ?? 0), 0);
        expect(kept.filter(Boolean).length).toBeLessThanOrEqual(5);
        expect(bytes).toBeLessThanOrEqual(15_000);
      }),
    );
  });
});
