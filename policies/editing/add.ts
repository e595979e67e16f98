/** Putting a new node on the canvas. */
import { findKind } from '../compile.ts';
import type { Drawing, GraphNode } from '../graph.ts';
import { type Change, refused, withGraph, withLayout } from './change.ts';
import { MOST_EDGES, MOST_NODES } from './limits.ts';
import { called, freshId, freshTitle, takenIds } from './names.ts';
import { initialSettings, portsOf } from './ports.ts';
import { freePlace, type Point, placeBeside, placeBetween } from './room.ts';
import { type Edge, sameEdge } from './ways.ts';

/** At a point; in the middle of an edge; at a port that leads nowhere yet; behind a node, wherever that fits best. */
export type Where =
  | { readonly at: Point }
  | { readonly edge: Edge }
  | { readonly from: string; readonly port: string }
  | { readonly after: string };

export interface Added<D extends Drawing> extends Change<D> {
  /** The id of the new node; null when none was made. */
  readonly node: string | null;
}

/** Adds a node with its kind's title and initial settings, and connects it as `where` says. */
export function addNode<D extends Drawing>(drawing: D, kindName: string, where: Where): Added<D> {
  const { graph } = drawing;
  const kind = findKind(kindName);
  const why = !kind
    ? `There is no kind of node named “${kindName}”.`
    : graph.nodes.length >= MOST_NODES
      ? `A drawing holds at most ${MOST_NODES} nodes. Delete some first.`
      : kindName === 'request' && graph.nodes.some((node) => node.kind === 'request')
        ? 'Every request enters at the one request node, and it is there already.'
        : null;
  if (!kind || why !== null) return { ...refused(drawing, why ?? ''), node: null };
  const node: GraphNode = {
    id: freshId(takenIds(drawing), kindName),
    kind: kindName,
    title: freshTitle(graph, kind.title),
    settings: initialSettings(kind),
  };
  // Nothing can lead to a request node: it stands where it was put, and is connected from there.
  const mayConnect = kindName !== 'request' && graph.edges.length < MOST_EDGES;
  const spot = spotFor(drawing, where);
  if ('at' in spot) return placed(drawing, node, freePlace(drawing, spot.at, node));
  if (mayConnect && 'edge' in spot) return split(drawing, node, spot.edge);
  if (mayConnect && 'port' in spot) {
    const added = placed(drawing, node, placeBeside(drawing, spot.from, node));
    const edge: Edge = { from: spot.from, port: spot.port, to: node.id };
    return { ...added, drawing: withGraph(added.drawing, { edges: [...graph.edges, edge] }) };
  }
  const beside = 'edge' in spot ? spot.edge.from : spot.from;
  return placed(drawing, node, placeBeside(drawing, beside, node));
}

type Spot =
  | { readonly at: Point }
  | { readonly edge: Edge }
  | { readonly from: string; readonly port: string }
  | { readonly from: string };

/** What of the drawing as it is now is meant by a wish, which may be older than it. */
function spotFor({ graph }: Drawing, where: Where): Spot {
  if ('at' in where) return where;
  if ('edge' in where) {
    return graph.edges.some((edge) => sameEdge(edge, where.edge)) ? where : { from: where.edge.from };
  }
  const from = 'after' in where ? where.after : where.from;
  const source = graph.nodes.find(({ id }) => id === from);
  const names = ((source && portsOf(source)) ?? []).map(({ name }) => name);
  const edges = names.map((name) => graph.edges.find((edge) => edge.from === from && edge.port === name));
  const index = 'after' in where ? edges.indexOf(undefined) : names.indexOf(where.port);
  const port = names[index];
  const edge = port === undefined && 'after' in where ? edges[0] : edges[index];
  if (edge) return { edge };
  return port === undefined ? { from } : { from, port };
}

function placed<D extends Drawing>(drawing: D, node: GraphNode, at: Point): Added<D> {
  const next = withGraph(drawing, { nodes: [...drawing.graph.nodes, node] });
  const positions = { ...drawing.layout.positions, [node.id]: { x: at.x, y: at.y } };
  return { drawing: withLayout(next, { positions }), said: [], node: node.id };
}

/** Puts a node into an edge: its first port that has to lead somewhere leads on to where the edge led. */
function split<D extends Drawing>(drawing: D, node: GraphNode, edge: Edge): Added<D> {
  const { at, layout } = placeBetween(drawing, edge.from, edge.to, node);
  const added = placed(withLayout(drawing, layout), node, at);
  const ports = portsOf(node) ?? [];
  const onward = ports.find(({ ifLoose }) => ifLoose === undefined) ?? ports[0];
  const target = drawing.graph.nodes.find(({ id }) => id === edge.to);
  const goesOn = onward && target && target.kind !== 'request';
  const edges = drawing.graph.edges.map((one) => (sameEdge(one, edge) ? { ...one, to: node.id } : one));
  return {
    ...added,
    drawing: withGraph(added.drawing, {
      edges: goesOn ? [...edges, { from: node.id, port: onward.name, to: edge.to }] : edges,
    }),
    said:
      onward || !target
        ? []
        : [`Nothing goes on behind ${called(node)}, so this way does not lead to ${called(target)} any more.`],
  };
}
