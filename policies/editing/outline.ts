/** A drawing as an indented list in reading order: for screen readers, and to go through it with keys. */
import type { Graph, GraphNode } from '../graph.ts';
import { portsOf } from './ports.ts';
import { type Edge, soundEdges } from './ways.ts';

export interface OutlineItem {
  readonly node: GraphNode;
  /** How many nodes stand above it on the way that is shown. */
  readonly depth: number;
  /** The port by which it is reached; null at the start of a way. */
  readonly by: { readonly from: string; readonly port: string; readonly label: string } | null;
  /** Whether the node stood further up already, with what follows it: then this only refers to it. */
  readonly again: boolean;
  /** Whether requests can come this way. */
  readonly reached: boolean;
}

/** Every node once with all that follows it, and once more without for each further edge to it; unreached nodes come last. */
export function outline(graph: Graph): OutlineItem[] {
  const nodes = new Map([...graph.nodes].reverse().map((node) => [node.id, node]));
  const edges = soundEdges(graph);
  const ways = waysOut(nodes, edges);
  const entered = new Set(edges.map(({ to }) => to));
  const items: OutlineItem[] = [];
  const seen = new Set<string>();
  // With a stack of its own, since a drawing can be a chain of a thousand nodes.
  const follow = (root: GraphNode, reached: boolean): void => {
    const stack: Omit<OutlineItem, 'again' | 'reached'>[] = [{ node: root, depth: 0, by: null }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { id } = next.node;
      const again = seen.has(id);
      items.push({ ...next, again, reached });
      if (again) continue;
      seen.add(id);
      for (const { to, port, label } of [...(ways.get(id) ?? [])].reverse()) {
        const node = nodes.get(to);
        if (node) stack.push({ node, depth: next.depth + 1, by: { from: id, port, label } });
      }
    }
  };
  const start = graph.nodes.find((node) => node.kind === 'request');
  if (start) follow(start, true);
  const rest = graph.nodes.filter((node) => nodes.get(node.id) === node);
  for (const node of rest) if (!seen.has(node.id) && !entered.has(node.id)) follow(node, false);
  for (const node of rest) if (!seen.has(node.id)) follow(node, false);
  return items;
}

interface WayOut {
  readonly port: string;
  readonly label: string;
  readonly to: string;
}

/** Where each node leads, in the order of its ports. */
function waysOut(nodes: ReadonlyMap<string, GraphNode>, edges: readonly Edge[]): Map<string, WayOut[]> {
  const ways = new Map<string, WayOut[]>();
  const leaving = new Map<string, Edge[]>();
  for (const edge of edges) {
    const known = leaving.get(edge.from);
    if (known) known.push(edge);
    else leaving.set(edge.from, [edge]);
  }
  for (const [id, own] of leaving) {
    const node = nodes.get(id);
    const ports = (node && portsOf(node)) ?? own.map(({ port }) => ({ name: port, label: port }));
    ways.set(
      id,
      ports.flatMap(({ name, label }) =>
        own.filter(({ port }) => port === name).map(({ to }) => ({ port: name, label, to })),
      ),
    );
  }
  return ways;
}
