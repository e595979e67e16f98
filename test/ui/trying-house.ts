import type { Budget } from '../../policies/budget.ts';
import { SANDBOX_MODELS } from '../../server/providers/sandbox/sandbox.ts';
import type { HouseAnswer } from '../../ui/api/house.ts';

/** What the server would say of a fresh house with these budgets, of which nothing is spent. */
export function houseAnswer(budgets: readonly Budget[]): HouseAnswer {
  return {
    models: SANDBOX_MODELS.map((model) => ({
      ...model,
      names: [model.name],
      boundFactor: 1,
      price: model.price === null ? null : [{ ...model.price[0] }, ...model.price.slice(1)],
    })),
    budgets: budgets.map((budget) => ({ budget: { ...budget, scope: [...budget.scope], project: null }, use: [] })),
    channels: [],
    keys: [
      {
        id: 'key_1',
        project: 'prj_1',
        name: 'first key',
        prefix: 'sb_1',
        fixedTags: {},
        requiredTags: [],
        tagChoices: {},
        policies: null,
        models: null,
      },
    ],
    projects: [{ id: 'prj_1', team: 'team_1', name: 'default', defaultPolicy: null, costCentre: null }],
    teams: [{ id: 'team_1', name: 'default', costCentre: null }],
    defaultPolicy: null,
    organisationPolicy: null,
    policies: [],
    tags: {},
  };
}
