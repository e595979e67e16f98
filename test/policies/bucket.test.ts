import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../policies/bucket.ts';
import { compileGraph } from '../../policies/compile.ts';
import { lotOf } from '../../policies/kinds/split/split.ts';
import { replay } from '../../policies/replay.ts';
import type { Tag } from '../../policies/request.ts';
import { outsideSchema, simulate } from '../../policies/simulate.ts';
import { newId } from '../../server/control/ids.ts';
import { draw } from './drawings.ts';
import { worldWith } from './house.ts';

const variants = (a: number, b: number) => [
  { port: 'a', label: '', weight: a },
  { port: 'b', label: '', weight: b },
];
const splitting = (settings: object) =>
  compileGraph(
    draw(
      {
        enter: ['request', {}],
        it: ['split', { ...settings }],
        small: ['model', { model: 'sandbox/small' }],
        large: ['model', { model: 'sandbox/large' }],
      },
      ['enter.next > it', 'it.a > small', 'it.b > large'],
    ),
  );
const body = { model: 'sandbox/small', messages: [{ role: 'user' as const, content: 'hello' }] };
const by = (user: string): Map<string, Tag> => new Map([['user', { value: user, source: 'caller' }]]);
const outside = outsideSchema.parse({});

describe('a lot', () => {
  it('is the same whenever it is drawn again, from 0 up to 1, and another at another node', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 20 }), (text, node) => {
        const lot = bucketOf(text, node);
        expect(lot).toBe(bucketOf(text, node));
        expect(lot).toBeGreaterThanOrEqual(0);
        expect(lot).toBeLessThan(1);
        expect(bucketOf(text, `${node}2`)).not.toBe(lot);
      }),
    );
  });

  it.each([
    ['ids of requests', () => newId('req')],
    ['names that only count up', (i: number) => `user=${i}`],
  ])('is spread evenly over %s, and over two nodes without regard to each other', (_name, textOf) => {
    const cells = Array.from({ length: 100 }, () => 0);
    const texts = Array.from({ length: 20_000 }, (_, i) => textOf(i));
    for (const text of texts) {
      const cell = Math.floor(bucketOf(text, 'one') * 10) * 10 + Math.floor(bucketOf(text, 'two') * 10);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const expected = texts.length / cells.length;
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // With 99 degrees of freedom, chance alone is above this once in ten million times.
    expect(chiSquare).toBeLessThan(187);
  });
});

describe('a split', () => {
  it('keeps everybody with their variant, and moves no more of them than a new share needs', async () => {
    const chosen = async (weights: [number, number], user: string): Promise<string | null> => {
      const graph = splitting({ variants: variants(...weights), stickyBy: ['user'] });
      const { decision } = await simulate(graph, { body, tags: by(user), now: 0 }, outside, worldWith([]));
      return decision.trace.find(({ node }) => node === 'it')?.port ?? null;
    };
    const users = Array.from({ length: 300 }, (_, i) => `user-${i}`);
    const before = await Promise.all(users.map((user) => chosen([80, 20], user)));
    expect(await Promise.all(users.map((user) => chosen([80, 20], user)))).toEqual(before);
    const after = await Promise.all(users.map((user) => chosen([60, 40], user)));
    before.forEach((port, i) => {
      if (port === 'b') expect(after[i]).toBe('b');
    });
    const share = before.filter((port) => port === 'b').length / users.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.3);
  });

  it('is replayed as it was drawn; a request that had not met it draws by its own id', async () => {
    const graph = splitting({ variants: variants(50, 50) });
    const said = outsideSchema.parse({ chances: { it: 0.7 } });
    const { decision } = await simulate(graph, { body, tags: by('ada'), now: 0 }, said, worldWith([]));
    const recorded = { trace: decision.trace, tags: by('ada'), now: 0, facts: { 'request.model': body.model } };
    expect((await replay(graph, recorded, true)).result).toBe('same');

    const without = { ...recorded, trace: [] };
    expect(await replay(graph, without, false)).toMatchObject({ result: 'cannot tell', node: 'it' });
    for (const id of ['req_1', 'req_2', 'req_3', 'req_4']) {
      const again = await replay(graph, { ...without, id }, false);
      // It draws, and goes on to a model that the record does not know.
      expect(again).toMatchObject({ result: 'cannot tell', node: bucketOf(id, 'it') < 0.5 ? 'small' : 'large' });
    }
  });

  it('has a lot for each of its variants by which it is taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100), fc.integer({ min: 1, max: 100 }), fc.boolean(), async (a, b, isFirst) => {
        const list = isFirst ? variants(b, a) : variants(a, b);
        const graph = splitting({ variants: list });
        for (const port of ['a', 'b']) {
          const lot = lotOf(port, list);
          if (lot === null) continue;
          const said = outsideSchema.parse({ chances: { it: lot } });
          const { decision } = await simulate(graph, { body, tags: new Map(), now: 0 }, said, worldWith([]));
          expect(decision.trace.find(({ node }) => node === 'it')?.port).toBe(port);
        }
      }),
    );
    expect(lotOf('c', variants(1, 1))).toBeNull();
    expect(lotOf('a', variants(0, 1))).toBeNull();
  });
});
