/** The organisation's own policy and those of projects: where ways from one into the other belong, and what they have to have. */
import type { CheckContext, Problem } from './check.ts';
import { boundNodes, modelsOf, modelsWithin, reachableModels } from './compile.ts';
import type { Graph, GraphNode } from './graph.ts';
import type { BoundNode } from './kinds/kind.ts';
import { NO_VERSIONS } from './pinned.ts';

/** A policy as people call it. */
export interface NamedGraph {
  readonly title: string;
  readonly graph: Graph;
}

/** Where a policy stands. */
export type PolicyPlace =
  /** It runs before all others, and these are live. */
  | { readonly of: 'everybody'; readonly behind: readonly NamedGraph[] }
  /** It decides for projects; requests have passed `before`, the organisation's own policy: null where there is none. */
  | { readonly of: 'organisation' | 'project'; readonly before: NamedGraph | null };

/** What is wrong with a graph, whose nodes are `bound`, in its place; `isInner` says that another policy goes on in it. */
export function placeProblems(
  graph: Graph,
  bound: ReadonlyMap<string, BoundNode>,
  context: CheckContext,
  isInner: boolean,
): Problem[] {
  const place: PolicyPlace = context.place ?? { of: 'organisation', before: null };
  const leaving = leavingNodes(graph, bound);
  if (isInner) return leaving.map(({ id, title }) => outOfPlace(id, title, 'inner'));
  if (place.of === 'everybody') {
    const unpriced = place.behind.flatMap((own) =>
      unpricedBehind(graph, own.graph, context).map(({ node, model, budget }) =>
        unpricedModel(node, `In “${own.title}”, the price of ${model} is not known`, budget, ''),
      ),
    );
    return leaving.length === 0 ? [noWayOn(), ...unpriced] : unpriced;
  }
  const { before } = place;
  const unpriced = before === null ? [] : unpricedBehind(before.graph, graph, context);
  return [
    ...leaving.map(({ id, title }) => outOfPlace(id, title, place.of)),
    ...unpriced.map(({ model, budget }) =>
      unpricedModel(
        callerOf(graph, model, context),
        `The price of ${model} is not known`,
        budget,
        ` of “${before?.title}”, which runs before this policy`,
      ),
    ),
  ];
}

/** The nodes at which requests are left to the policy of their project. */
export function projectNodes(graph: Graph): GraphNode[] {
  return leavingNodes(graph, boundNodes(graph));
}

const leavingNodes = ({ nodes }: Graph, bound: ReadonlyMap<string, BoundNode>): GraphNode[] =>
  nodes.filter(({ id }) => bound.get(id)?.leavesToProject);

function noWayOn(): Problem {
  return {
    code: 'no_way_to_project',
    severity: 'error',
    node: null,
    field: null,
    message: 'No way leads on to the policies of projects, so that none of them would ever get a request.',
    fix: 'Let the ways that may go on end at a node “Project’s own policy”.',
  };
}

function outOfPlace(node: string, title: string, place: 'inner' | 'organisation' | 'project'): Problem {
  const subject = `“${title || node}” goes on with the policy of the request’s project, which only`;
  const words = {
    inner: `${subject} the organisation’s own policy itself can, not one that another policy goes on in.`,
    project: `${subject} a policy of the whole organisation can.`,
    organisation: `${subject} the organisation’s own policy can, which runs before all others: else requests that come here are refused.`,
  };
  const fixes = {
    inner: 'Draw it in the organisation’s own policy.',
    project: 'Delete it, or end the way at a model or a block.',
    organisation: 'Make this policy the organisation’s own once it is published, or delete the node.',
  };
  return {
    code: 'project_out_of_place',
    severity: place === 'organisation' ? 'warning' : 'error',
    node,
    field: null,
    message: words[place],
    fix: fixes[place],
  };
}

function unpricedModel(node: string | null, cause: string, budget: string, whose: string): Problem {
  return {
    code: 'unpriced_model',
    severity: 'error',
    node,
    field: null,
    message: `${cause}, so it cannot be used behind the budget “${budget}”${whose}.`,
    fix: 'Set its price, or choose another model.',
  };
}

/** Stands among models for those of a project's policy; no model has such a name. */
const BEHIND = '\n';

/** Budgets of the organisation's own policy behind which a project's policy uses models whose price is not known. */
function unpricedBehind(
  mandatory: Graph,
  own: Graph,
  context: CheckContext,
): { readonly node: string; readonly model: string; readonly budget: string }[] {
  const versions = context.versions ?? NO_VERSIONS;
  const unpriced = modelsOf(own, versions).flatMap((name) => {
    const model = name === 'asked' ? undefined : context.models(name);
    return model?.price === null ? [model.id] : [];
  });
  if (unpriced.length === 0) return [];
  const bound = boundNodes(mandatory);
  const reachable = reachableModels(mandatory, bound, () => [], [BEHIND]);
  return [...bound].flatMap(([node, { budgets = [] }]) => {
    if (!reachable(node).includes(BEHIND)) return [];
    const money = budgets.flatMap((id) => context.budget(id) ?? []).filter(({ unit }) => unit === 'usd');
    return money.flatMap(({ name: budget }) => unpriced.map((model) => ({ node, model, budget })));
  });
}

/** The node that calls a model, or goes on where it is called. */
function callerOf(graph: Graph, model: string, context: CheckContext): string | null {
  for (const [id, { models = [], continues }] of boundNodes(graph)) {
    const names = continues ? modelsWithin(continues, context.versions ?? NO_VERSIONS) : models;
    if (names.some((name) => context.models(name)?.id === model)) return id;
  }
  return null;
}
