import { checkGraph, type Problem } from '../../../policies/check.ts';
import type { MendContext } from '../../../policies/editing/mend.ts';
import type { Drawing, Graph } from '../../../policies/graph.ts';
import type { Model } from '../../../policies/model.ts';
import { budgetOf, lookup, worldWith } from '../house.ts';
import { templates } from './shipped.ts';

const sandbox = ['sandbox/small', 'sandbox/large', 'sandbox/local'].flatMap((id) => lookup(id) ?? []);
const other = (id: string, more: Partial<Model>): Model => {
  const [provider = '', name = ''] = id.split('/');
  return { ...sandbox[0]!, id, provider, name, label: name, ...more };
};
const free = other('free/thing', { price: null, tier: 'standard' });
const offered: readonly Model[] = [...sandbox, free, other('elsewhere/gpt-9', { tier: 'large' })];

/** A house with the budgets of every shipped policy, and a few models more than the sandbox's. */
export const house: MendContext = {
  ...worldWith([
    budgetOf('month'),
    ...templates.flatMap(({ budgets }) => budgets.map(({ key, ...budget }) => ({ ...budget, id: key, revision: 1 }))),
  ]),
  models: (name) => offered.find(({ id }) => id === name),
  offered,
};

export const check = (graph: Graph): Problem[] => checkGraph(graph, house);
/** Which problem it is, whatever its words. */
export const keyOf = ({ code, node, field }: Problem): string => `${code} ${node} ${field}`;
/** A drawing that nobody has laid out. */
export const onCanvas = (graph: Graph): Drawing => ({ graph, layout: { positions: {}, stickies: [] } });
