/** From a drawing to the nodes and edges that React Flow shows. */
import { type Edge, type Node, Position } from '@xyflow/react';
import type { Problem } from '../../policies/check.ts';
import { NODE_WIDTH, nodeHeight } from '../../policies/editing/node-size.ts';
import { stickyOnCanvas } from '../../policies/editing/stickies.ts';
import type { Graph, GraphNode, Layout } from '../../policies/graph.ts';
import { arrange } from './arrange.ts';
import { type Before, type BeforeNodeType, beforeElement } from './before.ts';
import { describeNode, type NodeWords } from './describe.ts';
import { around, type Box, PORT_DOT, portOffset } from './geometry.ts';
import { keepSame } from './same.ts';
import { type Connection, layTracks, type Track } from './tracks.ts';

/** The way of a request: nodes, and the ports by which it left them. */
export type Way = readonly { readonly node: string; readonly port: string | null }[];

/** With a way: whether the request came here. Without one, nothing is lit. */
type Light = 'plain' | 'lit' | 'dim';

/** How one drawing differs from another, where two are compared. */
export type Mark = 'added' | 'removed' | 'changed';

/** What can be shown on top of a drawing. */
export interface Extras {
  /** Traffic. Edges by `from port`, their weight from 0 to 1 being how wide they are; nodes by id. */
  readonly overlay?: {
    readonly edges: ReadonlyMap<string, { readonly text: string; readonly weight: number }>;
    readonly nodes: ReadonlyMap<string, string>;
  };
  /** By id of the node. */
  readonly problems?: ReadonlyMap<string, readonly Problem[]>;
  /** How many comments on it are not settled, by id of the node. */
  readonly comments?: ReadonlyMap<string, number>;
  /** Nodes by id, edges by `edgeId`. */
  readonly marks?: ReadonlyMap<string, Mark>;
  /** The policy that runs before this one. */
  readonly before?: Before | null;
}

export type PolicyNodeData = {
  readonly words: NodeWords;
  readonly note: string | undefined;
  readonly light: Light;
  /** Numbers of the steps at which the request was here. */
  readonly steps: readonly number[];
  readonly litPorts: readonly string[];
  /** Ports that lead somewhere. */
  readonly connected: readonly string[];
  readonly problems: readonly Problem[];
  readonly traffic: string | undefined;
  /** How many comments on it are not settled. */
  readonly comments: number;
  readonly mark: Mark | undefined;
};
export type PolicyNodeType = Node<PolicyNodeData, 'policy'>;

export type StickyType = Node<{ readonly id: string; readonly text: string }, 'sticky'>;

export type TrackEdgeData = {
  readonly edge: Graph['edges'][number];
  readonly track: Track;
  readonly label: string;
  readonly light: Light;
  readonly traffic: { readonly text: string; readonly weight: number } | undefined;
  readonly mark: Mark | undefined;
};
export type TrackEdgeType = Edge<TrackEdgeData, 'track'>;

export type CanvasNode = PolicyNodeType | StickyType | BeforeNodeType;

export interface Elements {
  readonly nodes: CanvasNode[];
  readonly edges: TrackEdgeType[];
  /** Around everything. */
  readonly bounds: Box;
  /** From what the tracks were laid: they are laid again only when that has changed. */
  readonly ground: { readonly key: string; readonly tracks: readonly Track[] };
}

/** How an edge is named on the canvas. */
export const edgeId = ({ from, port, to }: Graph['edges'][number]): string => `${from} ${port} ${to}`;

/**
 * Elements of a drawing; `way` lights the path of a request up, `budgets` has the names of budgets by id. With the elements
 * of `before`, those that hold the same are the same objects.
 */
export function elementsOf(
  graph: Graph,
  layout: Layout,
  budgets: ReadonlyMap<string, string>,
  way: Way | null,
  extras: Extras = {},
  before: Elements | null = null,
): Elements {
  const places = arrange(graph, layout);
  const described = new Map(graph.nodes.map((node) => [node.id, describeNode(node, graph.edges, budgets)]));
  const boxes = new Map<string, Box>();
  for (const [id, { ports }] of described) {
    const { x, y } = places.get(id) ?? { x: 0, y: 0 };
    boxes.set(id, { x, y, width: NODE_WIDTH, height: nodeHeight(ports.length) });
  }
  const notes: Box[] = layout.stickies.map(({ at, width, height }) => ({ ...at, width, height }));
  const drawn = drawnEdges(graph, described, boxes);
  const ground = lay(drawn, [...boxes.values()], notes, before);
  const connected = new Map<string, string[]>();
  for (const { from, port } of graph.edges) connected.set(from, [...(connected.get(from) ?? []), port]);
  const nodes = graph.nodes.flatMap((node): CanvasNode[] => {
    const words = described.get(node.id);
    const box = boxes.get(node.id);
    return words && box ? [policyNode(node, words, box, connected.get(node.id) ?? [], way, extras)] : [];
  });
  const all: CanvasNode[] = [...layout.stickies.map(stickyNode), ...nodes];
  const drawnBounds = around([...boxes.values(), ...notes]);
  const entrance = graph.nodes.find(({ kind }) => kind === 'request');
  const first = extras.before && beforeElement(extras.before, boxes.get(entrance?.id ?? ''), drawnBounds, way);
  if (first) all.unshift(first);
  const edges = drawn.flatMap(({ edge, label }, i): TrackEdgeType[] => {
    const track = ground.tracks[i];
    const says = `${described.get(edge.from)?.title}, ${label}: leads to ${described.get(edge.to)?.title}`;
    return track ? [{ ...trackEdge(edge, label, track, way, extras), ariaLabel: says }] : [];
  });
  return {
    nodes: before ? keepSame(before.nodes, all) : all,
    edges: before ? keepSame(before.edges, edges) : edges,
    bounds: first ? around([drawnBounds, boxOf(first)]) : drawnBounds,
    ground,
  };
}

const boxOf = ({ position, width = 0, height = 0 }: CanvasNode): Box => ({ ...position, width, height });

function policyNode(
  node: GraphNode,
  words: NodeWords,
  { x, y, width, height }: Box,
  connected: readonly string[],
  way: Way | null,
  { overlay, problems, comments, marks }: Extras,
): PolicyNodeType {
  const steps = (way ?? []).flatMap((step, i) => (step.node === node.id ? [i + 1] : []));
  const dot = { width: PORT_DOT, height: PORT_DOT };
  const own = problems?.get(node.id) ?? [];
  const said = comments?.get(node.id) ?? 0;
  const entrance = {
    ...dot,
    type: 'target' as const,
    position: Position.Left,
    x: -PORT_DOT / 2,
    y: portOffset(0) - PORT_DOT / 2,
  };
  const exits = words.ports.map(({ name }, i) => ({
    ...dot,
    id: name,
    type: 'source' as const,
    position: Position.Right,
    x: width - PORT_DOT / 2,
    y: portOffset(i) - PORT_DOT / 2,
  }));
  return {
    id: node.id,
    type: 'policy',
    position: { x, y },
    width,
    height,
    // Known before the browser has drawn it, so that nothing has to be measured.
    measured: { width, height },
    handles: words.group === 'start' ? exits : [entrance, ...exits],
    ariaLabel: sayNode(words, node.note, steps, own, marks?.get(node.id), said),
    data: {
      words,
      note: node.note,
      light: way === null ? 'plain' : steps.length > 0 ? 'lit' : 'dim',
      steps,
      litPorts: (way ?? []).flatMap(({ node: at, port }) => (at === node.id && port !== null ? [port] : [])),
      connected,
      problems: own,
      traffic: overlay?.nodes.get(node.id),
      comments: said,
      mark: marks?.get(node.id),
    },
  };
}

function stickyNode({ id, text, at, width, height }: Layout['stickies'][number]): StickyType {
  return {
    id: stickyOnCanvas(id),
    type: 'sticky',
    position: at,
    width,
    height,
    measured: { width, height },
    focusable: false,
    zIndex: -1,
    ariaLabel: `Note: ${text}`,
    data: { id, text },
  };
}

function sayNode(
  words: NodeWords,
  note: string | undefined,
  steps: readonly number[],
  problems: readonly Problem[],
  mark: Mark | undefined,
  comments: number,
): string {
  const said = [`${words.kind}: ${words.title}.`, ...(mark ? [`It was ${mark}.`] : []), words.sentence];
  if (note !== undefined) said.push(`Note: ${note}`);
  if (steps.length > 0) said.push(`Step ${steps.join(' and ')} of this request.`);
  for (const { severity, message } of problems)
    said.push(`${severity === 'error' ? 'Problem' : 'Warning'}: ${message}`);
  if (comments > 0) said.push(`${comments === 1 ? '1 comment is' : `${comments} comments are`} not settled.`);
  return said.join(' ');
}

interface DrawnEdge extends Connection {
  readonly edge: Graph['edges'][number];
  readonly label: string;
}

function drawnEdges(
  graph: Graph,
  described: ReadonlyMap<string, NodeWords>,
  boxes: ReadonlyMap<string, Box>,
): DrawnEdge[] {
  const drawn = new Map<string, DrawnEdge>();
  for (const edge of graph.edges) {
    const ports = described.get(edge.from)?.ports ?? [];
    const lane = ports.findIndex(({ name }) => name === edge.port);
    const source = boxes.get(edge.from);
    const target = boxes.get(edge.to);
    if (!source || !target || lane === -1) continue;
    const from = { x: source.x + source.width, y: source.y + portOffset(lane) };
    const to = { x: target.x, y: target.y + portOffset(0) };
    drawn.set(edgeId(edge), { edge, label: ports[lane]?.label ?? edge.port, from, to, target: edge.to, lane });
  }
  return [...drawn.values()];
}

function lay(
  drawn: readonly DrawnEdge[],
  nodes: readonly Box[],
  notes: readonly Box[],
  before: Elements | null,
): Elements['ground'] {
  const connections = drawn.map(({ from, to, target, lane }) => ({ from, to, target, lane }));
  const key = JSON.stringify([connections, nodes, notes]);
  return before?.ground.key === key ? before.ground : { key, tracks: layTracks(connections, nodes, notes) };
}

function trackEdge(
  edge: Graph['edges'][number],
  label: string,
  track: Track,
  way: Way | null,
  { overlay, marks }: Extras,
): TrackEdgeType {
  const taken = way?.some(
    (step, at) => step.node === edge.from && step.port === edge.port && way[at + 1]?.node === edge.to,
  );
  const light = way === null ? 'plain' : taken ? 'lit' : 'dim';
  const id = edgeId(edge);
  const traffic = overlay?.edges.get(`${edge.from} ${edge.port}`);
  return {
    id,
    type: 'track',
    source: edge.from,
    sourceHandle: edge.port,
    target: edge.to,
    zIndex: light === 'lit' ? 1 : 0,
    data: { edge, track, label, light, traffic, mark: marks?.get(id) },
  };
}
