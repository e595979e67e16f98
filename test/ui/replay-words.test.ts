import { expect, it } from 'vitest';
import type { EffectResult } from '../../policies/effects.ts';
import { UNSEEN_BUDGET } from '../../policies/kinds/budget/budget.ts';
import { inputsOf } from '../../ui/screens/requests/input-words.ts';
import { stepDifferences } from '../../ui/screens/requests/way-differences.ts';

const step = { node: 'n', kind: 'match', port: 'next', reason: '' };
const budget = { budget: 'bud_1', budgetName: 'Search', revision: 1, scope: 'team=search', unit: 'usd' } as const;
const amounts = { limit: 5e9, spent: 2e9, held: 1e9, resetsAt: null, owner: null };

it('what a step went by is said in words, without the names of the program', () => {
  const hold: EffectResult = {
    ...budget,
    ...amounts,
    port: 'within',
    why: 'fits',
    amount: 5e6,
    bounds: { within: 5e6, warning: 5e6 },
    within: [],
    warning: [],
    outputLimit: 100,
    above: [{ ...budget, ...amounts, budgetName: 'All', scope: '' }],
  };
  const inputs = inputsOf({
    ...step,
    facts: { 'tags.team': 'search', 'content.tools': [], 'request.stream': true, 'tokens.input': 12_345, app: null },
    truths: { 'text.last_user contains "refund"': true, 'of another program': false },
    results: [
      hold,
      { score: 0.314, reasons: [{ signal: 'code', weight: 0.2, words: 'it has code' }], scorer: 's' },
      { found: { email: 2, phone: 0 }, rules: 'r' },
      { ok: false, model: 'sandbox/large', failure: 'timeout' },
      { cache: 'miss', model: null, ageMs: null },
    ],
  });
  const said = inputs.map(({ name, value }) => `${name}: ${value}`);
  expect(said).toContain('Budget “Search” then: team=search: $2.00 spent and $1.00 held of $5.00');
  expect(said).toContain('Budget “All” above it then: $2.00 spent and $1.00 held of $5.00');
  expect(said).toContain('Score: 0.31 (it has code)');
  expect(said).toContain('The cache: did not have it');
  expect(said).toContain('of another program: no');
  expect(said.find((words) => words.startsWith('Found in the texts'))).toMatch(/: 2 times$/);
  expect(said.find((words) => words.startsWith('Called'))).toMatch(/sandbox\/large/);
  expect(said.filter((words) => words.endsWith(': 12,345'))).toHaveLength(1);
  expect(said.filter((words) => words.endsWith(': not there'))).toHaveLength(1);
  expect(said.join('\n')).not.toMatch(/budgetName|tags\.team|tokens\.input|over_limit/);
  expect(inputsOf(step)).toEqual([]);
});

it('steps are marked where two ways part, go on otherwise, or are on one way only', () => {
  const way = [
    { node: 'enter', port: 'next' },
    { node: 'sort', port: 'simple' },
    { node: 'cheap', port: null },
  ];
  const other = [
    { node: 'enter', port: 'next' },
    { node: 'sort', port: 'complex' },
    { node: 'dear', port: null },
  ];
  expect([...stepDifferences(way, other, 'sort', null)]).toEqual([
    ['sort', 'here the ways part'],
    ['cheap', 'only on this way'],
  ]);
  expect([...stepDifferences(way, other, 'enter', null)]).toContainEqual(['sort', 'left by another way']);
  expect([...stepDifferences(way, way, null, null)]).toEqual([]);
  // What comes behind a step that cannot be told is no difference.
  const untold = [
    { node: 'enter', port: 'next' },
    { node: 'sort', port: null },
  ];
  expect([...stepDifferences(way, untold, null, 'sort')]).toEqual([]);
});

it('of a budget that somebody may not see it is said that it was asked, and no figure', () => {
  const unseen = { limit: 0, spent: 0, held: 0, resetsAt: null, owner: null, unseen: true } as const;
  const hold: EffectResult = {
    ...budget,
    ...unseen,
    scope: '',
    budgetName: UNSEEN_BUDGET,
    port: 'exhausted',
    why: 'over_limit',
    amount: 5e6,
    bounds: { within: 5e6, warning: 5e6 },
    within: [],
    warning: [],
    outputLimit: 100,
    above: [{ ...budget, ...unseen }],
  };
  expect(inputsOf({ ...step, results: [hold] })).toEqual([
    { name: 'A budget that you may not see', value: 'what it stood at is not told' },
    { name: 'Asked for', value: '$0.00500 at most' },
    { name: 'Budget “Search” above it then', value: 'team=search: what it stood at is not told' },
  ]);
});
