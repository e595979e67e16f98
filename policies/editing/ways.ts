/** Which nodes lead to which. */
import type { Graph } from '../graph.ts';
import { portsOf } from './ports.ts';

export type Edge = Graph['edges'][number];

export const sameEdge = (a: Edge, b: Edge): boolean => a.from === b.from && a.port === b.port && a.to === b.to;

/** The edges by which requests can go: between nodes that exist, from ports that exist, one a port, none to the start. */
export function soundEdges(graph: Graph): Edge[] {
  const nodes = new Map([...graph.nodes].reverse().map((node) => [node.id, node]));
  const ports = new Map([...nodes].map(([id, node]) => [id, portsOf(node)]));
  const taken = new Set<string>();
  return graph.edges.filter(({ from, port, to }) => {
    const key = `${from}\n${port}`;
    const target = nodes.get(to);
    if (!nodes.has(from) || !target || target.kind === 'request' || taken.has(key)) return false;
    const known = ports.get(from);
    if (known && !known.some(({ name }) => name === port)) return false;
    taken.add(key);
    return true;
  });
}

/** The nodes that can be reached from those, themselves included, nearest first. */
export function reachedFrom(edges: readonly Edge[], ids: readonly string[]): Set<string> {
  return walk(
    edges.map(({ from, to }) => [from, to]),
    ids,
  );
}

/** The nodes from which that one can be reached, itself included, nearest first. */
export function leadingTo(edges: readonly Edge[], id: string): Set<string> {
  return walk(
    edges.map(({ from, to }) => [to, from]),
    [id],
  );
}

function walk(steps: readonly (readonly [from: string, to: string])[], ids: readonly string[]): Set<string> {
  const next = new Map<string, string[]>();
  for (const [from, to] of steps) {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  const reached = new Set(ids);
  // A set that grows while it is walked: what is added is visited too.
  for (const id of reached) for (const to of next.get(id) ?? []) reached.add(to);
  return reached;
}
