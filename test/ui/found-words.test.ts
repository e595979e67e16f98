import { expect, it } from 'vitest';
import { sayWhere } from '../../ui/app/found-words.ts';

it('places of findings are said one by one, what is left over at the end', () => {
  expect(
    sayWhere({
      found: { email: 1_203, project: 1 },
      rules: 'r',
      places: [
        { in: 'message', message: 3, role: 'user', part: 2, found: { email: 2, project: 1 } },
        { in: 'instructions', found: { email: 1 } },
        { in: 'result', message: 7, tool: 'lookup_customer', found: { email: 1 } },
      ],
      further: { places: 1_200, found: { email: 1_200 } },
    }),
  ).toEqual([
    'Message 3 (user), part 2: 2 × E-mail address, 1 × project',
    'The system text: 1 × E-mail address',
    'The result of “lookup_customer” in message 7: 1 × E-mail address',
    '1,200 more places: 1,200 × E-mail address',
  ]);
});

it('nothing is said where nothing was found, and null where places were not recorded', () => {
  expect(sayWhere({ found: {}, rules: 'r' })).toEqual([]);
  expect(sayWhere({ found: { email: 0 }, rules: 'r' })).toEqual([]);
  expect(sayWhere({ found: { email: 1 }, rules: 'r' })).toBeNull();
});
