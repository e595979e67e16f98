import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budget, sayScope, scopeOf } from '../../policies/budget.ts';
import {
  allocationOf,
  type BudgetScope,
  parentScope,
  problemOfMove,
  problemsOfTree,
  scopeParts,
  siblingsOf,
} from '../../policies/budget-tree.ts';
import type { Tag } from '../../policies/request.ts';
import { Run } from '../../policies/run.ts';
import { budgetOf } from './house.ts';
import { viewOf } from './view.ts';

const teamOf = (project: string): string | null => ({ shop: 'sales', find: 'search' })[project] ?? null;
const finder =
  (...budgets: readonly Budget[]) =>
  (id: string) =>
    budgets.find((budget) => budget.id === id);

/** A run with these tags, and a project where it is among them. */
const runWith = (values: Readonly<Record<string, string>>): Run =>
  new Run({
    view: viewOf({ text: 'hello' }),
    tags: new Map(Object.entries(values).map(([name, value]): [string, Tag] => [name, { value, source: 'key' }])),
    source: { read: (fact, run) => run.tags.get(fact)?.value ?? null, truth: (_leaf, _run, compute) => compute() },
    now: 0,
  });

describe('the scope of a parent', () => {
  const value = fc.stringMatching(/^[a-z=. -]{0,8}$/);
  const names = fc.uniqueArray(fc.constantFrom('project', 'team', 'user', 'usage', 'key'), { maxLength: 5 });

  it('is what the same request counts in above, whatever both count by', () => {
    fc.assert(
      fc.property(names, names, fc.array(value, { minLength: 5, maxLength: 5 }), (child, above, values) => {
        const given = Object.fromEntries(child.map((name, i) => [name === 'key' ? 'key.id' : name, values[i] ?? '']));
        const parent = { scope: above.filter((name) => child.includes(name)) };
        const run = runWith(given);
        const scope = scopeOf({ scope: child }, run);
        expect(scopeParts(child, scope)).toEqual(child.map((_, i) => values[i]));
        expect(parentScope({ scope: child }, scope, parent, teamOf)).toBe(scopeOf(parent, run));
      }),
    );
  });

  const cases: [child: string[], scope: string, parent: string[], found: string | null][] = [
    [['team', 'user'], 'team=search,user=ada', ['team'], 'team=search'],
    [['team', 'user'], 'team=search,user=ada', ['user'], 'user=ada'],
    [['team', 'user'], 'team=search,user=ada', ['user', 'team'], 'user=ada,team=search'],
    [['team', 'user'], 'team=search,user=ada', [], ''],
    [['project'], 'project=shop', ['team'], 'team=sales'],
    [['project', 'user'], 'project=find,user=ada', ['team', 'user'], 'team=search,user=ada'],
    [['project'], 'project=nobody', ['team'], null],
    [['team', 'project'], 'team=ads,project=shop', ['team'], 'team=ads'],
    [['team'], 'user=ada', [], null],
    [[], 'team=search', [], null],
    [['team'], 'team=search', ['user'], null],
  ];
  it.each(cases)('of %j in %s below %j is %s', (child, scope, parent, found) => {
    expect(parentScope({ scope: child }, scope, { scope: parent }, teamOf)).toBe(found);
  });
});

describe('a tree', () => {
  const company = budgetOf('company');
  const search = budgetOf('search', { scope: ['team'], parent: 'company' });
  const problem = (...budgets: readonly Budget[]): string | undefined =>
    problemsOfTree([company, search, ...budgets])[0]?.words;

  it('has no problem where each is a part of another with the same unit, whose scope can be told', () => {
    expect(problem(budgetOf('projects', { scope: ['project'], parent: 'search', window: 'day' }))).toBeUndefined();
    expect(problem(budgetOf('users', { scope: ['user', 'team'], parent: 'search' }))).toBeUndefined();
  });

  it.each<[string, Partial<Budget>, string]>([
    ['a parent that there is not', { parent: 'gone' }, 'The budget that “it” is to be a part of does not exist'],
    ['itself as its parent', { parent: 'it' }, '“it” cannot be a part of itself'],
    ['another unit', { unit: 'tokens', parent: 'company' }, '“it” counts tokens and “company” counts dollars'],
    ['a scope that cannot be told', { scope: ['user'], parent: 'search' }, 'nobody could tell which part of “search”'],
    [
      'a team that a key does not tell',
      { scope: ['key'], parent: 'search' },
      '“search” counts apart by team and “it” by key',
    ],
  ])('says what is wrong with %s', (_what, different, words) => {
    expect(problem(budgetOf('it', different))).toContain(words);
  });

  it('has no circle', () => {
    const circle = [budgetOf('a', { parent: 'b' }), budgetOf('b', { parent: 'c' }), budgetOf('c', { parent: 'a' })];
    const below = budgetOf('below', { parent: 'a' });
    expect(problemsOfTree([below, ...circle])).toEqual([
      { budget: 'a', words: '“a” cannot be a part of “b”, which is itself a part of “a”' },
      { budget: 'b', words: expect.stringContaining('“b” cannot be a part of “c”') },
      { budget: 'c', words: expect.stringContaining('“c” cannot be a part of “a”') },
    ]);
  });

  it('has at most five in a line, also where the line grows at its top', () => {
    const line = [1, 2, 3, 4, 5].map((n) => budgetOf(`b${n}`, { parent: n === 1 ? null : `b${n - 1}` }));
    expect(problemsOfTree(line)).toEqual([]);
    const sixth = budgetOf('b6', { parent: 'b5' });
    expect(problemsOfTree([...line, sixth])).toEqual([
      {
        budget: 'b6',
        words: '“b6” would stand below 5 other budgets in a line. At most 5 budgets can stand in a line',
      },
    ]);
    const [top, ...rest] = line;
    const lowered = [{ ...budgetOf('b1'), parent: 'new' }, budgetOf('new'), ...rest];
    expect(top).toBeDefined();
    expect(problemsOfTree(lowered).map(({ budget }) => budget)).toEqual(['b5']);
  });
});

describe('what is given on of a limit', () => {
  const company = budgetOf('company', { limit: 100 });
  const team = budgetOf('team', { scope: ['team'], limit: 60, limits: { 'team=ads': 50 }, parent: 'company' });
  const project = budgetOf('project', { scope: ['project'], limit: 20, parent: 'team' });
  const daily = budgetOf('daily', { scope: ['user'], limit: 5, parent: 'company', window: 'day' });
  const all: BudgetScope[] = [
    { budget: company, scope: '' },
    { budget: team, scope: 'team=ads' },
    { budget: team, scope: 'team=search' },
    { budget: project, scope: 'project=find' },
    { budget: project, scope: 'project=shop' },
    { budget: daily, scope: 'user=ada' },
  ];

  it('is the sum of the limits of its parts, each with its own; where windows differ, it is said', () => {
    expect(allocationOf({ budget: company, scope: '' }, all, teamOf)).toEqual({
      allocated: 110,
      overAllocated: 10,
      notCompared: ['daily'],
    });
    expect(allocationOf({ budget: team, scope: 'team=search' }, all, teamOf)).toEqual({
      allocated: 20,
      overAllocated: 0,
      notCompared: [],
    });
    expect(allocationOf({ budget: team, scope: 'team=ads' }, all, teamOf).allocated).toBe(0);
  });

  it('stays a number that can be counted exactly', () => {
    const most = budgetOf('most', { scope: ['team'], limit: Number.MAX_SAFE_INTEGER, parent: 'company' });
    const parts = ['team=a', 'team=b'].map((scope) => ({ budget: most, scope }));
    const { allocated, overAllocated } = allocationOf({ budget: company, scope: '' }, parts, teamOf);
    expect([allocated, overAllocated]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 100]);
  });
});

describe('a limit can be moved', () => {
  const company = budgetOf('company');
  const teams = budgetOf('teams', { scope: ['team'], parent: 'company' });
  const users = budgetOf('users', { scope: ['user'], parent: 'company' });
  const projects = budgetOf('projects', { scope: ['project'], parent: 'teams' });
  const alone = budgetOf('alone', { scope: ['team'] });
  const find = finder(company, teams, users, projects, alone);
  const at = (budget: Budget, scope: string): BudgetScope => ({ budget, scope });
  const why = (from: BudgetScope, to: BudgetScope) => problemOfMove(from, to, find, teamOf);

  it('between parts of the same scope above, and between parts of one budget that stands alone', () => {
    expect(why(at(teams, 'team=ads'), at(teams, 'team=search'))).toBeNull();
    expect(why(at(teams, 'team=ads'), at(users, 'user=ada'))).toBeNull();
    expect(why(at(alone, 'team=ads'), at(alone, 'team=search'))).toBeNull();
  });

  it('and nowhere else', () => {
    expect(why(at(projects, 'project=shop'), at(projects, 'project=find'))).toContain('not parts of the same budget');
    expect(why(at(teams, 'team=ads'), at(alone, 'team=ads'))).toContain('not parts of the same budget');
    expect(why(at(teams, 'team=ads'), at(company, ''))).toContain('not parts of the same budget');
    expect(why(at(projects, 'project=nobody'), at(projects, 'project=none'))).toContain('not parts of the same budget');
    expect(why(at(teams, 'team=ads'), at(teams, 'team=ads'))).toContain('the same');
    expect(why(at(teams, 'user=ada'), at(teams, 'team=ads'))).toContain('“user=ada” is no part of the budget “teams”');
    const daily = budgetOf('daily', { scope: ['user'], parent: 'company', window: 'day' });
    expect(why(at(teams, 'team=ads'), at(daily, 'user=ada'))).toContain('start anew at different times');
  });

  it('to its siblings, which are never itself', () => {
    const all = [
      at(company, ''),
      at(teams, 'team=ads'),
      at(teams, 'team=search'),
      at(users, 'user=ada'),
      at(alone, 'team=x'),
    ];
    const names = (one: BudgetScope) => siblingsOf(one, all, find, teamOf).map(({ scope }) => scope);
    expect(names(at(teams, 'team=ads'))).toEqual(['team=search', 'user=ada']);
    expect(names(at(alone, 'team=x'))).toEqual([]);
    expect(names(at(company, ''))).toEqual([]);
  });
});

it('a scope is said with the name of its key, and nothing as the organisation', () => {
  const keyName = (id: string) => (id === 'key_1' ? 'the shop' : undefined);
  expect(sayScope('', keyName)).toBe('the organisation');
  expect(sayScope('team=search', keyName)).toBe('team=search');
  expect(sayScope('key=key_1', keyName)).toBe('key=the shop');
  expect(sayScope('team=search,key=key_1,user=ada', keyName)).toBe('team=search,key=the shop,user=ada');
  expect(sayScope('key=key_2', keyName)).toBe('key=key_2');
});
