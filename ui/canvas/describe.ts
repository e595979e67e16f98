/** What a node says of itself, from its kind and its settings. */
import { findKind } from '../../policies/compile.ts';
import { portsOf } from '../../policies/editing/ports.ts';
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

interface Known {
  readonly budgets: ReadonlyMap<string, string>;
  readonly words: NodeWords;
}

/** Words by node. A node is never changed, only replaced, so that its words stay what they are. */
const known = new WeakMap<GraphNode, Known>();

/** The words of a node; budgets and policies are called by their names (`budgets`: name by id) where settings have their ids. */
export function describeNode(node: GraphNode, edges: Graph['edges'], budgets: ReadonlyMap<string, string>): NodeWords {
  const before = known.get(node);
  if (before?.budgets === budgets) return before.words;
  const ports = portsOf(node);
  const words = ports ? describePorted(node, ports, budgets) : describeUnknown(node, drawnPorts(node, edges));
  if (ports) known.set(node, { budgets, words });
  return words;
}

function describePorted(node: GraphNode, ports: readonly Port[], budgets: ReadonlyMap<string, string>): NodeWords {
  const kind = findKind(node.kind);
  const bound = kind?.bind(node.settings);
  if (!kind || !bound?.ok) return describeUnknown(node, ports);
  let { sentence } = bound.node;
  const { continues } = bound.node;
  for (const id of [...(bound.node.budgets ?? []), ...(continues ? [continues.policy] : [])])
    if (id !== '') sentence = sentence.replaceAll(id, budgets.get(id) ?? id);
  const { icon, group } = kind;
  return { title: node.title || kind.title, kind: kind.title, icon, group, sentence, ports };
}

function describeUnknown(node: GraphNode, ports: readonly Port[]): NodeWords {
  const kind = findKind(node.kind);
  return {
    title: node.title || kind?.title || node.id,
    kind: kind?.title ?? node.kind,
    icon: kind?.icon ?? 'unknown',
    group: kind?.group ?? 'unknown',
    sentence: kind
      ? 'Its settings are not complete yet.'
      : `This gateway does not know nodes of the kind “${node.kind}”.`,
    ports,
  };
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
