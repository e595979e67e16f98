/** What a node says of itself, from its kind and its settings. */
import { findKind } from '../../policies/compile.ts';
import type { Graph, GraphNode } from '../../policies/graph.ts';
import type { KindGroup, Port } from '../../policies/kinds/kind.ts';

export interface NodeWords {
  readonly title: string;
  readonly kind: string;
  readonly icon: string;
  readonly group: KindGroup | 'unknown';
  readonly sentence: string;
  readonly ports: readonly Port[];
}

/** Ports that edges name, for a node that cannot say itself which it has. */
function drawnPorts(node: GraphNode, edges: Graph['edges']): Port[] {
  const names = new Set(edges.filter(({ from }) => from === node.id).map(({ port }) => port));
  return [...names].map((name) => ({ name, label: name }));
}

/** The words of a node; budgets are called by their names (`budgets`: name by id) where settings have their ids. */
export function describeNode(node: GraphNode, edges: Graph['edges'], budgets: ReadonlyMap<string, string>): NodeWords {
  const kind = findKind(node.kind);
  const title = node.title || kind?.title || node.id;
  if (!kind) {
    const sentence = `This gateway does not know nodes of the kind “${node.kind}”.`;
    return { title, kind: node.kind, icon: 'unknown', group: 'unknown', sentence, ports: drawnPorts(node, edges) };
  }
  const looks = { title, kind: kind.title, icon: kind.icon, group: kind.group };
  const bound = kind.bind(node.settings);
  if (!bound.ok) return { ...looks, sentence: 'Its settings are not complete yet.', ports: drawnPorts(node, edges) };
  let { sentence } = bound.node;
  for (const id of bound.node.budgets ?? []) if (id !== '') sentence = sentence.replaceAll(id, budgets.get(id) ?? id);
  return { ...looks, sentence, ports: bound.node.ports };
}

/** The nodes in the order in which requests meet them, then those that no way leads to. */
export function readingOrder(graph: Graph): GraphNode[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const order = new Set<GraphNode>(graph.nodes.filter(({ kind }) => kind === 'request'));
  // A set that grows while it is walked: what is added is visited too.
  for (const node of order) {
    for (const edge of graph.edges) {
      const to = edge.from === node.id ? byId.get(edge.to) : undefined;
      if (to) order.add(to);
    }
  }
  return [...order, ...graph.nodes.filter((node) => !order.has(node))];
}
