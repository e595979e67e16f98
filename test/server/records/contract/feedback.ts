import { describe, expect, it } from 'vitest';
import type { Feedback } from '../../../../server/records/feedback.ts';
import { START } from '../example.ts';
import { organisation, store } from './house.ts';

const HOUR = 3_600_000;
const _DAY = 24 * HOUR;

/** What keys say of answers is kept, and summed. */
export function keepsFeedback(): void {
  describe('feedback', () => {
    const given = (changes: Partial<Feedback> = {}): Feedback => ({
      organisation,
      project: 'prj',
      request: 'req_1',
      key: 'key_1',
      requestAt: START,
      at: START + 1,
      score: 0.25,
      label: null,
      comment: null,
      policy: 'pol',
      version: 1,
      model: 'sandbox/small',
      variant: null,
      ...changes,
    });

    it('is what each key said last of a request, and comes back as it was given', async () => {
      const first = given({ label: 'good', comment: 'Ada\'s "own" words\n', variant: 'trial.b', score: -0.125 });
      await store.giveFeedback(given({ score: 1, comment: 'before' }));
      await store.giveFeedback(first);
      const second = given({ key: 'key_2', at: START + 2, policy: null, version: null, model: null });
      await store.giveFeedback(second);
      await store.giveFeedback(given({ request: 'req_2' }));
      await store.giveFeedback(given({ organisation: `${organisation}_other` }));
      expect(await store.feedback(organisation, 'req_1')).toEqual([first, second]);
      expect(await store.feedback(organisation, 'req_3')).toEqual([]);
    });

    it('keeps characters that a database may not hold in a form that it can', async () => {
      await store.giveFeedback(given({ comment: 'a\0b' }));
      expect(await store.feedback(organisation, 'req_1')).toMatchObject([{ comment: 'a\ufffdb' }]);
    });

    it('is summed by version, model and variant', async () => {
      const scores = [1, 0.5, -1, 0.25];
      for (const [i, score] of scores.entries()) {
        const variant = i === 3 ? 'trial.b' : null;
        await store.giveFeedback(
          given({ request: `req_${i}`, score, version: i === 2 ? 2 : 1, variant, requestAt: START + i }),
        );
      }
      await store.giveFeedback(given({ request: 'req_5', policy: 'other' }));
      const told = (from?: number, to?: number) => store.feedbackTotals({ organisation, policy: 'pol', from, to });
      const model = 'sandbox/small';
      expect(await told()).toEqual([
        { version: 2, model, variant: null, count: 1, mean: -1 },
        { version: 1, model, variant: null, count: 2, mean: 0.75 },
        { version: 1, model, variant: 'trial.b', count: 1, mean: 0.25 },
      ]);
      expect(await told(START + 1, START + 2)).toEqual([{ version: 1, model, variant: null, count: 1, mean: 0.5 }]);
    });
  });
}
