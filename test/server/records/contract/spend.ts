import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../../server/records/record.ts';
import { exampleCharge, START } from '../example.ts';
import { budget, organisation, ours, recomputed, record, spend, store, write } from './house.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What was spent is summed by budget, and adds up. */
export function sumsSpend(): void {
  describe('spend', () => {
    it('is summed by budget, scope, window and unit, over all projects', async () => {
      await write(
        record({
          charges: [exampleCharge({ budget, settled: 1 }), exampleCharge({ budget, scope: 'team=b', settled: 2 })],
        }),
        record({ project: 'project_2', charges: [exampleCharge({ budget, settled: 4 })] }),
        record({ charges: [exampleCharge({ budget, window: START + DAY, settled: 8 })] }),
        record({ charges: [exampleCharge({ budget, unit: 'tokens', settled: 16 })] }),
      );
      const entry = { budget, scope: 'team=search', unit: 'usd', window: START };
      const expected = [
        { ...entry, scope: 'team=b', spent: 2 },
        { ...entry, unit: 'tokens', spent: 16 },
        { ...entry, spent: 5 },
        { ...entry, window: START + DAY, spent: 8 },
      ];
      expect(await spend()).toEqual(expected);
      expect(await recomputed()).toEqual(expected);
    });

    it('can be asked for from a window on', async () => {
      await write(
        record({ charges: [exampleCharge({ budget, window: START, settled: 1 })] }),
        record({ charges: [exampleCharge({ budget, window: START + 1, settled: 2 })] }),
      );
      for (const from of [START, START + 1, START + 2]) {
        const windows = [START, START + 1].filter((window) => window >= from);
        expect(ours(await store.spend(from)).map(({ window }) => window)).toEqual(windows);
        expect(ours(await store.recomputeSpend(from)).map(({ window }) => window)).toEqual(windows);
      }
    });

    it('is corrected by hand, also downwards and where nothing was spent', async () => {
      const given = { budget, scope: 'team=search', window: START, unit: 'usd', organisation, at: START } as const;
      await write(record({ charges: [exampleCharge({ budget, settled: 100 })] }));
      await store.correct({ ...given, spent: -30, reason: 'The provider gave it back.', actor: 'person_1' });
      await store.correct({ ...given, scope: 'team=new', spent: 7, reason: 'Spent elsewhere.', actor: 'person_1' });
      expect((await spend()).map(({ scope, spent }) => [scope, spent])).toEqual([
        ['team=new', 7],
        ['team=search', 70],
      ]);
      expect(await recomputed()).toEqual(await spend());
    });

    it('equals what is recomputed from records and corrections, whatever was written and however often', async () => {
      const charge = fc.record({
        scope: fc.constantFrom('team=a', 'team=b', 'everyone'),
        unit: fc.constantFrom('usd' as const, 'tokens' as const),
        window: fc.constantFrom(START, START + DAY),
        held: fc.nat(),
        settled: fc.nat(),
      });
      const step = fc.oneof(
        fc.record({ batch: fc.array(fc.array(charge, { maxLength: 3 }), { maxLength: 6 }), again: fc.boolean() }),
        fc.record({ scope: fc.constantFrom('team=a', 'team=c'), spent: fc.integer({ min: -1000, max: 1000 }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
          let before: RequestRecord[] = [];
          for (const given of steps) {
            if ('batch' in given) {
              const records = given.batch.map((charges) =>
                record({ charges: charges.map((of) => ({ ...exampleCharge(of), budget })) }),
              );
              await write(...records, ...(given.again ? before : []));
              before = records;
            } else {
              const rest = {
                window: START,
                unit: 'usd',
                organisation,
                at: START,
                reason: 'why',
                actor: 'who',
              } as const;
              await store.correct({ budget, ...given, ...rest });
            }
          }
          expect(await recomputed()).toEqual(await spend());
        }),
        { numRuns: 20 },
      );
    });
  });
}
