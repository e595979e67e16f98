/** What became of private data, over any number of looks at it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROTECTIONS, type Protection, protectionAfter } from '../../policies/protection.ts';
import { REDACTION_ACTIONS } from '../../policies/text/redact.ts';

const mask = { detect: 'email', action: 'mask' } as const;
const report = { name: 'project', pattern: 'PRJ', action: 'report' } as const;

it('tells what was taken out from what was only reported', () => {
  const after = (found: Record<string, number>): Protection => protectionAfter('not_looked_for', [mask, report], found);
  expect(after({})).toBe('not_found');
  expect(after({ email: 1 })).toBe('taken_out');
  expect(after({ project: 2 })).toBe('left_in');
  expect(after({ email: 1, project: 2 })).toBe('in_part');
  // A name that every object has is no finding.
  expect(protectionAfter('not_looked_for', [{ ...report, name: 'constructor' }], {})).toBe('not_found');
});

it('never forgets what an earlier look has left in or taken out', () => {
  const rule = fc.record({
    name: fc.constantFrom('a', 'b'),
    words: fc.constant(['w']),
    action: fc.constantFrom(...REDACTION_ACTIONS),
  });
  const found = fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.constantFrom(...PROTECTIONS), fc.array(rule), found, (before, rules, kinds) => {
      const after = protectionAfter(before, rules, kinds);
      const left = (one: Protection): boolean => one === 'left_in' || one === 'in_part';
      const taken = (one: Protection): boolean => one === 'taken_out' || one === 'in_part';
      const hit = rules.filter(({ name }) => kinds[name] !== undefined);
      expect(left(after)).toBe(left(before) || hit.some(({ action }) => action === 'report'));
      expect(taken(after)).toBe(taken(before) || hit.some(({ action }) => action !== 'report'));
      expect(after).not.toBe('not_looked_for');
    }),
  );
});
