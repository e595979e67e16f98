/** What a node needs of the house, its models, budgets and channels, and does not find there. */
import type { CheckContext, ProblemCode } from './check.ts';
import type { BoundNode } from './kinds/kind.ts';

interface HouseProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
  readonly field?: string;
  readonly warning?: boolean;
}

/** `name` is what people call the node; `reachable` are the models behind it. */
export function houseProblems(
  name: string,
  node: BoundNode,
  reachable: readonly string[],
  context: CheckContext,
): HouseProblem[] {
  const problems: HouseProblem[] = [];
  for (const model of node.models ?? []) {
    if (model === 'asked' || context.models(model)) continue;
    problems.push({
      code: 'unknown_model',
      message: `${name} uses “${model}”, which no configured provider offers.`,
      fix: 'Choose another model, or set up its provider.',
      // A list still works with what is there; a single model does not.
      warning: (node.models?.length ?? 0) > 1,
    });
  }
  for (const model of node.shadows ?? []) {
    if (model === 'asked' || context.models(model)) continue;
    problems.push({
      code: 'unknown_model',
      message: `${name} sends copies to “${model}”, which no configured provider offers.`,
      fix: 'Choose another model, or set up its provider.',
    });
  }
  problems.push(...mixedEmbeddings(name, node.models ?? [], reachable, context));
  for (const id of node.budgets ?? []) problems.push(...budgetProblems(name, id, reachable, context));
  for (const channel of node.channels ?? []) {
    if (channel === '' || context.hasChannel?.(channel) !== false) continue;
    problems.push({
      code: 'unknown_channel',
      message: `${name} tells the channel “${channel}”, which does not exist.`,
      fix: 'Choose a channel, or make one.',
      field: 'channel',
    });
  }
  if (node.scope) problems.push(...freeScopes(name, node.scope, context));
  return problems;
}

/** Models that make embeddings and can stand in for each other: what one of them makes says nothing beside another's. */
function mixedEmbeddings(
  name: string,
  own: readonly string[],
  reachable: readonly string[],
  context: CheckContext,
): HouseProblem[] {
  const embedding = (ids: readonly string[]) =>
    ids.flatMap((id) => context.models(id) ?? []).filter(({ embeddings }) => embeddings === 'only');
  if (embedding(own).length === 0) return [];
  // The same model of several providers goes by the same name, as far as can be told.
  const models = new Map(embedding([...own, ...reachable]).map((model) => [model.name, model.id]));
  if (models.size < 2) return [];
  return [
    {
      code: 'mixed_embeddings',
      message: `At ${name}, or after it fails, different models may make embeddings (${[...models.values()].join(', ')}), whose vectors cannot be compared with each other.`,
      fix: 'Leave one model for embeddings, or have the app keep vectors apart by the model that made them.',
      warning: true,
    },
  ];
}

function budgetProblems(
  name: string,
  id: string,
  models: readonly string[],
  context: CheckContext,
): readonly HouseProblem[] {
  const budget = context.budget(id);
  if (!budget) {
    const message = `${name} refers to the budget “${id}”, which does not exist.`;
    return [{ code: 'unknown_budget', message, fix: 'Choose a budget, or make one.', field: 'budget' }];
  }
  const problems: HouseProblem[] = [];
  if (models.length === 0) {
    problems.push({
      code: 'budget_without_model',
      message: `No model follows ${name}, so it would hold money for nothing.`,
      fix: 'Connect it to a model, or delete it.',
    });
  }
  for (const asked of budget.unit === 'usd' ? models : []) {
    const model = asked === 'asked' ? undefined : context.models(asked);
    if (model?.price !== null) continue;
    problems.push({
      code: 'unpriced_model',
      message: `The price of ${model.id} is not known, so it cannot be used behind the budget “${budget.name}”.`,
      fix: 'Set its price, or choose another model.',
    });
  }
  return [...problems, ...freeScopes(`The budget “${budget.name}”`, budget.scope, context)];
}

/** Parts that callers can choose at will: whoever is at a limit in one could go on in another. */
function freeScopes(subject: string, scopes: readonly string[], context: CheckContext): HouseProblem[] {
  return scopes.flatMap((scope) => {
    const tag = scope.startsWith('tags.') ? scope.slice(5) : scope;
    if (scope === 'project' || scope === 'key' || !context.callersChoose(tag)) return [];
    return {
      code: 'free_scope' as const,
      message: `${subject} counts by ${tag}, which callers may choose freely: whoever changes it starts anew.`,
      fix: `Fix or list the tag ${tag} on the keys, or count by project.`,
      warning: true,
    };
  });
}
