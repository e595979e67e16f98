import { describe, expect, it } from 'vitest';
import { conditionSchema } from '../../policies/condition.ts';
import { kinds } from '../../policies/kinds/index.ts';
import { patternProblem } from '../../policies/text/detectors/pattern.ts';

describe('a pattern that could not run', () => {
  for (const pattern of ['(?=a)b', '(a)\\1', '(', 'a{1000}', '']) {
    it(`is refused where it is written, before any request meets it: ${pattern || 'an empty one'}`, () => {
      expect(patternProblem(pattern)).not.toBeNull();
      const rules = [{ name: 'own', pattern, action: 'mask' }];
      expect(kinds.redact.bind({ rules }).ok).toBe(false);
      expect(conditionSchema.safeParse({ fact: 'text.last_user', operator: 'matches', value: pattern }).success).toBe(
        false,
      );
    });
  }
});
