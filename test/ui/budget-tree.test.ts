import { describe, expect, it } from 'vitest';
import type { StoredBudget } from '../../ui/api/budgets.ts';
import type { HouseAnswer } from '../../ui/api/house.ts';
import { allBranches, type Branch, fullest, growTrees } from '../../ui/budgets/budget-tree.ts';

type Entry = HouseAnswer['budgets'][number];

const entry = (id: string, input: Partial<StoredBudget>, spent: Record<string, number> = {}): Entry => ({
  budget: {
    id,
    name: id,
    scope: [],
    window: 'month',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 100,
    limits: {},
    thresholds: [0.8, 1],
    parent: null,
    owner: null,
    project: null,
    revision: 1,
    ...input,
  },
  use: Object.entries(spent).map(([scope, amount]) => ({ scope, spent: amount, held: 0, resetsAt: null })),
});

const teamOf = (project: string): string | null => ({ ranking: 'search', banners: 'ads' })[project] ?? null;
const shown = ({ budget, state, parts }: Branch): unknown => [budget.id, state.scope, parts.map(shown)];

const company = entry('company', {}, { '': 60 });
const teams = entry('teams', { scope: ['team'], limit: 60, parent: 'company' }, { 'team=search': 10 });
const projects = entry(
  'projects',
  { scope: ['project'], limit: 20, limits: { 'project=ranking': 70 }, parent: 'teams' },
  { 'project=banners': 20, 'project=ranking': 10, 'project=unknown': 1 },
);

describe('the tree of budgets', () => {
  it('has each scope below the one that it is a part of, the fullest first, also where nothing was spent above', () => {
    const trees = growTrees([projects, company, teams], teamOf);
    expect(trees.map(({ branches }) => branches.map(shown))).toEqual([
      [
        [
          'company',
          '',
          [
            ['teams', 'team=search', [['projects', 'project=ranking', []]]],
            ['teams', 'team=ads', [['projects', 'project=banners', []]]],
          ],
        ],
      ],
    ]);
    expect(trees.map(fullest)).toEqual([1]);
    expect(trees.map(({ stray }) => stray.map(shown))).toEqual([[['projects', 'project=unknown', []]]]);
  });

  it('says by how much the parts of a scope have more than it has', () => {
    const all = growTrees([projects, company, teams], teamOf).flatMap(allBranches);
    const over = all.filter(({ allocation }) => allocation.overAllocated > 0);
    expect(over.map(({ state, allocation }) => [state.scope, allocation.overAllocated])).toEqual([
      ['', 20],
      ['team=search', 10],
    ]);
  });

  it('names budgets below of which nothing was spent, and keeps those apart that are a part of nothing', () => {
    const trees = growTrees(
      [company, entry('resting', { scope: ['team'], parent: 'company' }), entry('alone', {})],
      teamOf,
    );
    expect(trees.map(({ budget, resting }) => [budget.id, resting.map(({ id }) => id)])).toEqual([
      ['company', ['resting']],
      ['alone', []],
    ]);
  });
});
