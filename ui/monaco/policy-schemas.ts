/** The JSON Schemas of a policy’s documents in a house: the whole graph, and one node of it. */
import { documentSchema } from '../../policies/language.ts';
import type { House } from '../editing/house.ts';
import { jsonSchemaOf } from './json-schema.ts';

interface PolicySchemas {
  readonly graph: unknown;
  readonly node: unknown;
}

const known = new WeakMap<House, PolicySchemas>();

/** Made from the language itself; models and budgets of the house are offered where one is named. */
export function policySchemas(house: House): PolicySchemas {
  const made = known.get(house);
  if (made) return made;
  const graph = jsonSchemaOf(documentSchema(), {
    model: ['asked', ...house.models.map(({ id }) => id)],
    budget: house.answer.budgets.map(({ budget }) => budget.id),
  });
  const nodes = graph.properties?.nodes;
  const node = typeof nodes === 'object' ? nodes.items : undefined;
  const schemas = {
    graph,
    node: typeof node === 'object' && !Array.isArray(node) ? { ...node, definitions: graph.definitions } : {},
  };
  known.set(house, schemas);
  return schemas;
}
