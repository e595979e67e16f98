/** What requests have met before they come to a node. */
import type { Graph } from '../../policies/graph.ts';

/** The kinds of the nodes from which a way leads to this one. */
export function kindsBefore({ nodes, edges }: Graph, id: string): ReadonlySet<string> {
  const before = new Set([id]);
  // A set that grows while it is walked: what is added is visited too.
  for (const to of before) for (const edge of edges) if (edge.to === to) before.add(edge.from);
  before.delete(id);
  return new Set(nodes.filter((node) => before.has(node.id)).map(({ kind }) => kind));
}
