/** What every place for kept answers has to do. */
import { beforeEach, expect, it } from 'vitest';
import type { Cache, CachedAnswer } from '../../../server/cache/cache.ts';

export const answerOf = (different: Partial<CachedAnswer> = {}): CachedAnswer => ({
  model: 'up/one',
  isStream: false,
  bytes: Buffer.from('{"said":"Grüße"}'),
  plainText: 'Grüße',
  cost: 1200,
  at: 1000,
  ...different,
});

/** `make` gives an empty cache that keeps at least ten answers of 1 kB. */
export function cacheContract(make: () => Promise<Cache>): void {
  let cache: Cache;
  beforeEach(async () => {
    cache = await make();
  });

  it('gives what was kept, to the byte, and nothing for another key', async () => {
    const kept = answerOf({ bytes: Buffer.from([0, 255, 10, 13, 128]), isStream: true, plainText: null, cost: null });
    await cache.put('a', kept, 5000);
    expect(await cache.get('a', 2000)).toEqual(kept);
    expect(await cache.get('b', 2000)).toBeNull();
  });

  it('gives it until its time is over, and not at that moment any more', async () => {
    await cache.put('a', answerOf(), 5000);
    expect(await cache.get('a', 4999)).not.toBeNull();
    expect(await cache.get('a', 5000)).toBeNull();
    expect(await cache.get('a', 5001)).toBeNull();
  });

  it('puts a newer answer in place of the one before, with its own time', async () => {
    await cache.put('a', answerOf({ plainText: 'old' }), 5000);
    await cache.put('a', answerOf({ plainText: 'new' }), 9000);
    expect(await cache.get('a', 6000)).toMatchObject({ plainText: 'new' });
  });

  it('forgets everything when it is told to, and keeps what comes after', async () => {
    await cache.put('a', answerOf(), 5000);
    await cache.clear();
    expect(await cache.get('a', 2000)).toBeNull();
    await cache.put('b', answerOf(), 5000);
    expect(await cache.get('b', 2000)).not.toBeNull();
  });

  it('keeps several side by side', async () => {
    for (let i = 0; i < 10; i++) await cache.put(`k${i}`, answerOf({ plainText: `${i}` }), 5000);
    for (let i = 0; i < 10; i++) expect(await cache.get(`k${i}`, 1)).toMatchObject({ plainText: `${i}` });
  });
}
