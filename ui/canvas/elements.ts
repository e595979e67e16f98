/** From a drawing to the nodes and edges that React Flow shows. */
import type { Edge, Node } from '@xyflow/react';
import type { Graph, Layout } from '../../policies/graph.ts';
import { arrange } from './arrange.ts';
import { describeNode, type NodeWords } from './describe.ts';
import { around, type Box, NODE_WIDTH, nodeHeight, portOffset } from './geometry.ts';
import { layTracks, type Track } from './tracks.ts';

/** The way of a request: nodes, and the ports by which it left them. */
export type Way = readonly { readonly node: string; readonly port: string | null }[];

/** With a way: whether the request came here. Without one, nothing is lit. */
type Light = 'plain' | 'lit' | 'dim';

export type PolicyNodeData = {
  readonly words: NodeWords;
  readonly note: string | undefined;
  readonly light: Light;
  /** Numbers of the steps at which the request was here. */
  readonly steps: readonly number[];
  readonly litPorts: ReadonlySet<string>;
  readonly connected: ReadonlySet<string>;
};
export type PolicyNodeType = Node<PolicyNodeData, 'policy'>;
export type StickyType = Node<{ readonly text: string }, 'sticky'>;
export type TrackEdgeType = Edge<{ readonly track: Track; readonly label: string; readonly light: Light }, 'track'>;

export interface Elements {
  readonly nodes: (PolicyNodeType | StickyType)[];
  readonly edges: TrackEdgeType[];
  /** Around everything. */
  readonly bounds: Box;
}

/** Elements of a drawing; `way` lights the path of a request up, `budgets` has the names of budgets by id. */
export function elementsOf(
  graph: Graph,
  layout: Layout,
  budgets: ReadonlyMap<string, string>,
  way: Way | null,
): Elements {
  const places = arrange(graph, layout);
  const described = new Map(graph.nodes.map((node) => [node.id, describeNode(node, graph.edges, budgets)]));
  const boxes = new Map<string, Box>();
  for (const [id, { ports }] of described) {
    const { x, y } = places.get(id) ?? { x: 0, y: 0 };
    boxes.set(id, { x, y, width: NODE_WIDTH, height: nodeHeight(ports.length) });
  }
  const notes: Box[] = layout.stickies.map(({ at, width, height }) => ({ ...at, width, height }));
  const bounds = around([...boxes.values(), ...notes]);

  const nodes = graph.nodes.flatMap((node): PolicyNodeType[] => {
    const words = described.get(node.id);
    const box = boxes.get(node.id);
    if (!words || !box) return [];
    const steps = (way ?? []).flatMap((step, i) => (step.node === node.id ? [i + 1] : []));
    const connected = new Set(graph.edges.filter(({ from }) => from === node.id).map(({ port }) => port));
    const litPorts = new Set(
      (way ?? []).flatMap(({ node: at, port }) => (at === node.id && port !== null ? [port] : [])),
    );
    const light = way === null ? 'plain' : steps.length > 0 ? 'lit' : 'dim';
    return [
      {
        id: node.id,
        type: 'policy',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        ariaLabel: sayNode(words, node.note, steps),
        data: { words, note: node.note, light, steps, litPorts, connected },
      },
    ];
  });
  const stickies = layout.stickies.map(
    ({ id, text, at, width, height }): StickyType => ({
      id: `sticky ${id}`,
      type: 'sticky',
      position: at,
      width,
      height,
      focusable: false,
      zIndex: -1,
      data: { text },
    }),
  );
  return { nodes: [...stickies, ...nodes], edges: edgesOf(graph, described, boxes, notes, way), bounds };
}

function sayNode(words: NodeWords, note: string | undefined, steps: readonly number[]): string {
  const way = steps.length > 0 ? ` Step ${steps.join(' and ')} of this request.` : '';
  return `${words.kind}: ${words.title}. ${words.sentence}${note === undefined ? '' : ` Note: ${note}`}${way}`;
}

function edgesOf(
  graph: Graph,
  described: ReadonlyMap<string, NodeWords>,
  boxes: ReadonlyMap<string, Box>,
  notes: readonly Box[],
  way: Way | null,
): TrackEdgeType[] {
  const drawn = graph.edges.flatMap((edge) => {
    const ports = described.get(edge.from)?.ports ?? [];
    const lane = ports.findIndex(({ name }) => name === edge.port);
    const source = boxes.get(edge.from);
    const target = boxes.get(edge.to);
    if (!source || !target || lane === -1) return [];
    const from = { x: source.x + source.width, y: source.y + portOffset(lane) };
    const to = { x: target.x, y: target.y + portOffset(0) };
    return [{ edge, label: ports[lane]?.label ?? edge.port, from, to, target: edge.to, lane }];
  });
  const tracks = layTracks(drawn, [...boxes.values()], notes);
  return drawn.flatMap(({ edge, label }, i): TrackEdgeType[] => {
    const track = tracks[i];
    if (!track) return [];
    const taken = way?.some(
      (step, at) => step.node === edge.from && step.port === edge.port && way[at + 1]?.node === edge.to,
    );
    const light = way === null ? 'plain' : taken ? 'lit' : 'dim';
    return [
      {
        id: `${edge.from} ${edge.port} ${edge.to}`,
        type: 'track',
        source: edge.from,
        sourceHandle: edge.port,
        target: edge.to,
        zIndex: light === 'lit' ? 1 : 0,
        data: { track, label, light },
      },
    ];
  });
}
