/** Policies from templates: with the budgets that they need, and their samples as tests. */
import type { z } from 'zod';
import type { budgetSchema } from '../../policies/budget.ts';
import { renameBudgets } from '../../policies/policy-file.ts';
import { testFromSample } from '../../policies/policy-test.ts';
import type { Template } from '../../policies/template.ts';
import { createBudget, listBudgets, type StoredBudget } from './budgets.ts';
import type { Control, ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { createPolicy, type NewPolicy, type PolicyInput } from './new-policy.ts';

/** A budget that a template needs; its nodes name it by `key`. */
export type TemplateBudget = { readonly key: string } & z.input<typeof budgetSchema>;

const sameKind = (a: StoredBudget, b: TemplateBudget): boolean =>
  a.unit === b.unit && a.window === b.window && a.scope.join() === b.scope.join();

/** A name that no budget has: the template's own, else with a number. */
function freeName(name: string, taken: readonly StoredBudget[]): string {
  let free = name;
  for (let number = 2; taken.some((budget) => budget.name === free); number += 1) free = `${name} ${number}`;
  return free;
}

/**
 * Ids of a template's budgets by the keys that its nodes name them by. One that there is, of the same name, unit, window and
 * scope and open to policies of `project`, is used with the limit that it has; others are made for everyone.
 */
export async function budgetsFor(
  store: ControlStore,
  actor: Actor,
  wanted: readonly TemplateBudget[],
  project: string | null,
  reason: string,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const stored = await listBudgets(store.db, actor.organisation);
  for (const template of wanted) {
    const { key, ...budget } = template;
    const open = stored.filter((one) => one.project === null || one.project === project);
    let found = open.find((one) => one.name === budget.name && sameKind(one, template));
    if (!found) {
      const name = freeName(budget.name, stored);
      found = await createBudget(store, actor, { ...budget, name, project: null }, reason);
      stored.push(found);
    }
    ids.set(key, found.id);
  }
  return ids;
}

/** Creates a policy from a template, with its budgets, all or nothing; nothing is published. */
export function createFromTemplate(
  control: Control,
  actor: Actor,
  template: Template,
  input: Pick<PolicyInput, 'name' | 'title' | 'description' | 'project'>,
): Promise<NewPolicy> {
  const { name, project } = input;
  const { title = template.title, description = template.description } = input;
  return control.together(async (store) => {
    const reason = `For the policy “${title}”, made from the template “${template.title}”`;
    const budgets = await budgetsFor(store, actor, template.budgets, project, reason);
    const tests = template.samples.map((sample, i) => testFromSample(sample, budgets, `sample-${i + 1}`));
    const content = renameBudgets({ graph: template.graph, layout: template.layout, tests }, budgets);
    return createPolicy(store, actor, { name, title, description, project, ...content });
  });
}
