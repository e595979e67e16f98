import { type Budget, budgetSchema } from '../../policies/budget.ts';
import type { CheckContext } from '../../policies/check.ts';
import type { SimulationWorld } from '../../policies/simulate.ts';
import { buildCatalogue, fixedSource } from '../../server/providers/catalogue.ts';
import { SANDBOX_MODELS } from '../../server/providers/sandbox/sandbox.ts';

/** The sandbox's models, as a fresh installation offers them. */
export const { lookup } = buildCatalogue({
  sources: [fixedSource('sandbox', SANDBOX_MODELS)],
  overrides: [],
  cards: [],
  lists: [],
  now: 0,
});

/** A budget of ten dollars a month, with what a test says differently. */
export function budgetOf(id: string, different: Partial<Budget> = {}): Budget {
  const settings = budgetSchema.parse({
    name: id,
    scope: [],
    window: 'month',
    timeZone: 'UTC',
    unit: 'usd',
    limit: 10_000_000_000,
    owner: null,
  });
  return { ...settings, id, revision: 1, ...different };
}

/** A house with these budgets, of which nothing is spent. */
export function worldWith(budgets: readonly Budget[]): SimulationWorld & CheckContext {
  return {
    models: lookup,
    budget: (id) => budgets.find((one) => one.id === id),
    state: () => ({ spent: 0, held: 0 }),
    facts: { key: { id: 'key_1', name: 'a key' }, project: 'default', app: null },
    callersChoose: () => false,
    hasChannel: (name) => name === 'Finance',
  };
}
