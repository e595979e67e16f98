/** Acts that mend nodes: missing ones, ones too many, and ones that no way leads to. */
import type { Problem } from '../check.ts';
import { findKind } from '../compile.ts';
import { conditionFacts } from '../condition.ts';
import { findFact } from '../facts.ts';
import type { Drawing, Graph, GraphNode } from '../graph.ts';
import { type Added, addNode } from './add.ts';
import { withGraph } from './change.ts';
import { connect } from './connect.ts';
import type { Act } from './mend.ts';
import { called, freshId, takenIds } from './names.ts';
import { portsOf } from './ports.ts';
import { removeNodes } from './remove.ts';
import { COLUMN, type Point, placeOf } from './room.ts';
import { type Edge, leadingTo, reachedFrom, soundEdges } from './ways.ts';

/** Ports that are tried for a node that no way leads to. */
const MOST_PORTS = 8;

/** Adds a request node and leads it to the first node that no edge leads to, or to a new model in an empty drawing. */
export function* mendNoStart(_problem: Problem, { graph }: Drawing): Iterable<Act> {
  const start = <D extends Drawing>(drawing: D, at: Point): Added<D> => addNode(drawing, 'request', { at });
  if (graph.nodes.length === 0) {
    yield {
      label: 'Add a request node and a model',
      apply: (drawing) => {
        const { drawing: started, node } = start(drawing, { x: 0, y: 0 });
        return node === null ? started : addNode(started, 'model', { after: node }).drawing;
      },
    };
  }
  yield {
    label: 'Add a request node',
    apply: (drawing) => {
      const entered = new Set(soundEdges(drawing.graph).map(({ to }) => to));
      const first = drawing.graph.nodes.find(({ id }) => !entered.has(id)) ?? drawing.graph.nodes[0];
      const beside = (first && placeOf(drawing.layout, first.id)) ?? { x: COLUMN, y: 0 };
      const { drawing: started, node } = start(drawing, { x: beside.x - COLUMN, y: beside.y });
      return node === null || !first ? started : connect(started, node, 'next', first.id).drawing;
    },
  };
}

/** Deletes a second request node; else with all to which it alone leads. */
export function* mendSecondStart(problem: Problem, drawing: Drawing): Iterable<Act> {
  const { node } = problem;
  const { graph } = drawing;
  if (node === null) return;
  yield* mendDoubleId(problem, drawing);
  yield { label: 'Delete this request node', apply: (drawing) => removeNodes(drawing, [node]).drawing };
  const edges = soundEdges(graph);
  const kept = reachedFrom(edges, startOf(graph));
  const alone = [...reachedFrom(edges, [node])].filter((id) => !kept.has(id));
  yield {
    label: 'Delete this request node, and what only it leads to',
    apply: (drawing) => removeNodes(drawing, alone).drawing,
  };
}

/** Deletes the second of two nodes with one id where they are the same; else gives it another id. */
export function* mendDoubleId({ node }: Problem, { graph }: Drawing): Iterable<Act> {
  const [first, ...others] = graph.nodes.filter(({ id }) => id === node);
  if (!first || others.length === 0) return;
  const changed = <D extends Drawing>(drawing: D, change: (node: GraphNode) => GraphNode[]): D => {
    const one = drawing.graph.nodes.findIndex(({ id }) => id === node);
    const nodes = drawing.graph.nodes.flatMap((each, i) => (each.id === node && i !== one ? change(each) : [each]));
    return withGraph(drawing, { nodes });
  };
  const same = (other: GraphNode): boolean => JSON.stringify(other) === JSON.stringify(first);
  if (others.every(same)) yield { label: 'Delete the second one', apply: (drawing) => changed(drawing, () => []) };
  yield {
    label: 'Give the second one an id of its own',
    apply: (drawing) => {
      const taken = takenIds(drawing);
      return changed(drawing, (each) => {
        const id = freshId(taken, each.id);
        taken.add(id);
        return [{ ...each, id }];
      });
    },
  };
}

/**
 * Connects a node that no way leads to with a port that leads nowhere, which mends both; else deletes it, if need be with
 * what leads to it, or with all that no way leads to. What is needed where it leads is put into the way there instead.
 */
export function* mendUnreached({ node }: Problem, { graph }: Drawing): Iterable<Act> {
  if (node === null) return;
  const edges = soundEdges(graph);
  const reached = reachedFrom(edges, startOf(graph));
  for (const { source, port, label } of loosePorts(graph, edges, reached)) {
    yield {
      label: `Connect “${label}” of ${called(source)} to it`,
      apply: (drawing) => connect(drawing, source.id, port, node).drawing,
    };
  }
  const remove = (label: string, ids: readonly string[]): Act => ({
    label,
    apply: (drawing) => removeNodes(drawing, ids).drawing,
  });
  yield remove('Delete this node', [node]);
  yield remove('Delete this node, and what leads to it', [...leadingTo(edges, node)]);
  const unreached = graph.nodes.filter(({ id }) => !reached.has(id)).map(({ id }) => id);
  yield remove('Delete everything that no way leads to', unreached);
  const ahead = new Set(edges.filter(({ from }) => from === node).map(({ to }) => to));
  const past = edges.filter(({ from, to }) => reached.has(from) && ahead.has(to));
  for (const { from, port, to } of past.slice(0, MOST_PORTS)) {
    const target = graph.nodes.find(({ id }) => id === to);
    yield {
      label: `Put it before ${target ? called(target) : `“${to}”`}`,
      apply: (drawing) => connect(drawing, from, port, node).drawing,
    };
  }
}

/** The node where requests enter, if there is one. */
function startOf(graph: Graph): string[] {
  const start = graph.nodes.find(({ kind }) => kind === 'request');
  return start ? [start.id] : [];
}

/** Ports that have to lead somewhere and do not, of nodes that requests reach. */
function loosePorts(
  graph: Graph,
  edges: readonly Edge[],
  reached: ReadonlySet<string>,
): { source: GraphNode; port: string; label: string }[] {
  const taken = new Set(edges.map(({ from, port }) => `${from} ${port}`));
  return graph.nodes
    .filter(({ id }) => reached.has(id))
    .flatMap((source) =>
      (portsOf(source) ?? [])
        .filter(({ name, ifLoose }) => ifLoose === undefined && !taken.has(`${source.id} ${name}`))
        .map(({ name, label }) => ({ source, port: name, label })),
    )
    .slice(0, MOST_PORTS);
}

/** Puts the nodes that find out what a condition asks for into every way that leads to it. */
export function* mendFact({ node, field }: Problem, { graph }: Drawing): Iterable<Act> {
  const asking = graph.nodes.find(({ id }) => id === node);
  const bound = asking && findKind(asking.kind)?.bind(asking.settings);
  const use = bound?.ok ? bound.node.conditions?.find((one) => one.field === field) : undefined;
  if (!asking || !use) return;
  const before = leadingTo(soundEdges(graph), asking.id);
  before.delete(asking.id);
  const kindsBefore = new Set(graph.nodes.filter(({ id }) => before.has(id)).map(({ kind }) => kind));
  const wanted = [...conditionFacts(use.condition)].flatMap((name) => findFact(name)?.providedBy ?? []);
  const missing = [...new Set(wanted)].filter((kind) => !kindsBefore.has(kind));
  const titles = missing.map((kind) => `“${findKind(kind)?.title ?? kind}”`).join(' and ');
  yield {
    label: `Put ${titles} before it`,
    apply: (drawing) => missing.reduce((now, kind) => putBefore(now, asking.id, kind), drawing),
  };
}

/** Leads every edge to a node through a new one, all of whose ports lead on to it. */
function putBefore<D extends Drawing>(drawing: D, id: string, kind: string): D {
  const [first, ...more] = soundEdges(drawing.graph).filter(({ to }) => to === id);
  if (!first) return drawing;
  const { drawing: added, node } = addNode(drawing, kind, { edge: first });
  const made = added.graph.nodes.find((one) => one.id === node);
  if (!made) return drawing;
  const led = more.reduce((now, { from, port }) => connect(now, from, port, made.id).drawing, added);
  return (portsOf(made) ?? []).reduce((now, { name }) => connect(now, made.id, name, id).drawing, led);
}
