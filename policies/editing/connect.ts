/** Edges: which can be made, and making and deleting them. What the check would refuse cannot be made. */
import type { Drawing, Graph, GraphNode } from '../graph.ts';
import { type Change, refused, withGraph } from './change.ts';
import { MOST_EDGES } from './limits.ts';
import { called } from './names.ts';
import { portsOf } from './ports.ts';
import { type Edge, leadingTo, sameEdge } from './ways.ts';

export type Connectable = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A node in a list to choose from, and whether it can be chosen. */
export type Target = Connectable & { readonly node: GraphNode };

const no = (why: string): Connectable => ({ ok: false, why });

/** Judges the nodes to which a port could lead. */
function judge(graph: Graph, from: string, port: string): (to: string) => Connectable {
  const sources = graph.nodes.filter(({ id }) => id === from);
  const [source] = sources;
  const refusal = !source
    ? 'The node to start from is not there any more.'
    : sources.length > 1
      ? `There are two nodes with the id “${from}”. Give one of them another id first.`
      : portRefusal(graph, source, port);
  if (!source || refusal !== null) return () => no(refusal ?? '');
  const before = leadingTo(graph.edges, from);
  const now = graph.edges.find((edge) => edge.from === from && edge.port === port)?.to;
  return (to) => {
    const targets = graph.nodes.filter(({ id }) => id === to);
    const [target] = targets;
    if (!target) return no('The node to lead to is not there any more.');
    if (targets.length > 1) return no(`There are two nodes with the id “${to}”. Give one of them another id first.`);
    if (to === from) return no('A node cannot lead to itself.');
    if (target.kind === 'request') return no('Requests enter here; no way leads back to it.');
    if (before.has(to)) return no(`It leads to ${called(source)} itself, so the way would go in a circle.`);
    if (now === to) return no('It leads there already.');
    return { ok: true };
  };
}

function portRefusal(graph: Graph, source: GraphNode, port: string): string | null {
  const ports = portsOf(source);
  if (!ports) return `It is not known which ways lead out of ${called(source)}. Correct its settings first.`;
  if (!ports.some(({ name }) => name === port)) return `${called(source)} has no way out named “${port}”.`;
  const isNew = !graph.edges.some((edge) => edge.from === source.id && edge.port === port);
  return isNew && graph.edges.length >= MOST_EDGES
    ? `A drawing holds at most ${MOST_EDGES} edges. Delete some first.`
    : null;
}

/** Whether an edge from a port to a node can be made, and in words why it cannot. */
export function connectable(graph: Graph, from: string, port: string, to: string): Connectable {
  return judge(graph, from, port)(to);
}

/** All nodes in the order of the graph, each with whether the port could lead there: for a list to choose from. */
export function targetsFor(graph: Graph, from: string, port: string): Target[] {
  const judged = judge(graph, from, port);
  return graph.nodes.map((node) => ({ node, ...judged(node.id) }));
}

/** Leads a port to a node, in place of where it led before; says why where that cannot be. */
export function connect<D extends Drawing>(drawing: D, from: string, port: string, to: string): Change<D> {
  const can = connectable(drawing.graph, from, port, to);
  if (!can.ok) return refused(drawing, can.why);
  const { edges } = drawing.graph;
  const made: Edge = { from, port, to };
  const leaves = (edge: Edge): boolean => edge.from === from && edge.port === port;
  const at = edges.findIndex(leaves);
  const kept = edges.filter((edge, i) => i === at || !leaves(edge));
  const next = at === -1 ? [...edges, made] : kept.map((edge) => (leaves(edge) ? made : edge));
  return { drawing: withGraph(drawing, { edges: next }), said: [] };
}

/** Makes a port loose. */
export function disconnect<D extends Drawing>(drawing: D, from: string, port: string): D {
  return keepEdges(drawing, (edge) => edge.from !== from || edge.port !== port);
}

/** Deletes one edge, and nothing else that leaves the same port. */
export function removeEdge<D extends Drawing>(drawing: D, edge: Edge): D {
  return keepEdges(drawing, (one) => !sameEdge(one, edge));
}

/** Deletes the edges that are not to be kept. */
export function keepEdges<D extends Drawing>(drawing: D, keep: (edge: Edge) => boolean): D {
  const edges = drawing.graph.edges.filter(keep);
  return edges.length === drawing.graph.edges.length ? drawing : withGraph(drawing, { edges });
}
