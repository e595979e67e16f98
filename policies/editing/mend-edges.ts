/** Acts that mend edges: dead ones, double ones, circles, and ports that lead nowhere. */
import type { Problem } from '../check.ts';
import { findKind } from '../compile.ts';
import type { Drawing, Graph, GraphNode } from '../graph.ts';
import { addNode } from './add.ts';
import { withGraph } from './change.ts';
import { connect, keepEdges, targetsFor } from './connect.ts';
import type { Act } from './mend.ts';
import { called } from './names.ts';
import { portsOf } from './ports.ts';
import { healed, removeNodes } from './remove.ts';
import { setSettings } from './settings.ts';
import { type Edge, leadingTo, reachedFrom, sameEdge, soundEdges } from './ways.ts';

/** Nodes that are tried as targets of a loose port. */
const MOST_TARGETS = 8;

/**
 * Deletes the edges that start or end at nothing, as the problem says: of one node, or of nodes that are gone. Where a way
 * led through a node that is gone, and that is needed, it is closed.
 */
export function* mendDeadEdges({ node, field }: Problem, { graph }: Drawing): Iterable<Act> {
  const ids = new Set(graph.nodes.map(({ id }) => id));
  yield {
    label: 'Delete the edge',
    apply: (drawing) => {
      if (node === null) return keepEdges(drawing, ({ from }) => ids.has(from));
      if (field === null) return keepEdges(drawing, ({ from, to }) => from !== node || ids.has(to));
      return keepEdges(drawing, ({ from, port }) => from !== node || port !== field);
    },
  };
  const missing = new Set(graph.edges.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.has(id)));
  if (field !== null || missing.size === 0) return;
  yield {
    label: 'Close the way where the missing node was',
    apply: (drawing) => withGraph(drawing, { edges: healed(drawing.graph, missing) }),
  };
}

/** Keeps the first edge of a port, which is the one that requests take. */
export function* mendDoubleEdges({ node, field }: Problem): Iterable<Act> {
  yield {
    label: 'Keep the first edge only',
    apply: (drawing) => {
      const first = soundEdges(drawing.graph).find(({ from, port }) => from === node && port === field);
      return keepEdges(drawing, (edge) => edge === first || edge.from !== node || edge.port !== field);
    },
  };
}

/**
 * Leads a loose port to the one place from which nothing is reached, if there is one, which mends both; else to a new block
 * node; else to a node that is there, the nearest first.
 */
export function* mendLoosePort({ node, field }: Problem, { graph }: Drawing): Iterable<Act> {
  if (node === null || field === null) return;
  const to = (target: GraphNode): Act => ({
    label: `Connect to ${called(target)}`,
    apply: (drawing) => connect(drawing, node, field, target.id).drawing,
  });
  const entered = new Set(soundEdges(graph).map((edge) => edge.to));
  const [lost, ...more] = graph.nodes.filter(({ id, kind }) => !entered.has(id) && kind !== 'request');
  if (lost && more.length === 0) yield to(lost);
  yield { label: 'Connect to a new block node', apply: (drawing) => leadToBlock(drawing, node, field) };
  for (const target of nearestTargets(graph, node, field)) yield to(target);
}

/** Deletes the edge that closes a circle. Where its port has to lead somewhere, it is led to a block or another node. */
export function* mendCircle({ node }: Problem, { graph }: Drawing): Iterable<Act> {
  if (node === null) return;
  const closing = closingEdges(graph, node);
  const [edge] = closing;
  if (!edge) return;
  const source = graph.nodes.find(({ id }) => id === edge.from);
  const name = source ? called(source) : `“${edge.from}”`;
  const open = <D extends Drawing>(drawing: D): D =>
    keepEdges(drawing, (one) => !closing.some((each) => sameEdge(each, one)));
  yield { label: `Delete the edge back from ${name}`, apply: open };
  yield {
    label: `Lead ${name} to a new block node instead`,
    apply: (drawing) => closing.reduce((now, { from, port }) => leadToBlock(now, from, port), open(drawing)),
  };
  const opened = keepEdges({ graph, layout: { positions: {}, stickies: [] } }, (one) => !closing.includes(one)).graph;
  for (const target of nearestTargets(opened, edge.from, edge.port)) {
    yield {
      label: `Lead ${name} to ${called(target)} instead`,
      apply: (drawing) =>
        closing.reduce((now, { from, port }) => connect(now, from, port, target.id).drawing, open(drawing)),
    };
  }
}

/**
 * Deletes a budget node behind which there is no model, or leads its first port to one. Where a node behind it
 * cannot say yet which model it calls, that one is to be mended.
 */
export function* mendBudgetForNothing({ node }: Problem, { graph }: Drawing): Iterable<Act> {
  const budget = graph.nodes.find(({ id }) => id === node);
  const port = budget && portsOf(budget)?.[0];
  const behind = reachedFrom(soundEdges(graph), [budget?.id ?? '']);
  const isClear = graph.nodes.every(({ id, kind, settings }) => !behind.has(id) || findKind(kind)?.bind(settings).ok);
  if (!budget || !port || !isClear) return;
  yield { label: 'Delete this node', apply: (drawing) => removeNodes(drawing, [budget.id]).drawing };
  for (const target of nearestTargets(graph, budget.id, port.name)) {
    yield {
      label: `Connect “${port.label}” to ${called(target)}`,
      apply: (drawing) => connect(drawing, budget.id, port.name, target.id).drawing,
    };
  }
  yield {
    label: 'Put a model behind it',
    apply: (drawing) => {
      const edge = drawing.graph.edges.find((one) => one.from === budget.id && one.port === port.name);
      return addNode(drawing, 'model', edge ? { edge } : { from: budget.id, port: port.name }).drawing;
    },
  };
}

/** Puts a block node behind a port, which says by which way a request came there. */
function leadToBlock<D extends Drawing>(drawing: D, from: string, port: string): D {
  const source = drawing.graph.nodes.find(({ id }) => id === from);
  const label = (source ? portsOf(source) : null)?.find(({ name }) => name === port)?.label ?? port;
  const added = addNode(drawing, 'block', { from, port });
  const block = added.drawing.graph.nodes.find(({ id }) => id === added.node);
  if (!source || !block) return added.drawing;
  const message = `This request is not allowed: ${called(source)} sent it the way “${label}”. Ask your administrator why.`;
  return setSettings(added.drawing, block.id, { ...block.settings, message }).drawing;
}

/**
 * Nodes to which a port could lead: first where the node's other ports lead, then what follows there, then the rest of
 * what requests reach.
 */
function nearestTargets(graph: Graph, from: string, port: string): Graph['nodes'] {
  const edges = soundEdges(graph);
  const start = graph.nodes.filter(({ kind }) => kind === 'request').map(({ id }) => id);
  const order = [...new Set([...reachedFrom(edges, [from]), ...reachedFrom(edges, start.slice(0, 1))])];
  const can = new Map(targetsFor(graph, from, port).flatMap(({ node, ok }) => (ok ? [[node.id, node] as const] : [])));
  return order.flatMap((id) => can.get(id) ?? []).slice(0, MOST_TARGETS);
}

/** The edges by which the way comes back to a node that it has passed, found in the order in which the check walks. */
function closingEdges(graph: Graph, node: string): Edge[] {
  const starts = new Set(graph.nodes.filter(({ kind }) => kind === 'request').map(({ id }) => id));
  const back = graph.edges.filter(({ from, to }) => from === node && starts.has(to));
  if (back.length > 0) return back;
  const edges = soundEdges(graph);
  const round = leadingTo(edges, node);
  const leaving = new Map<string, Edge[]>();
  for (const edge of edges) leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), edge]);
  const state = new Map<string, 'open' | 'done'>();
  const closing: Edge[] = [];
  for (const root of [...[...starts].slice(0, 1), ...graph.nodes.map(({ id }) => id)]) {
    if (state.has(root)) continue;
    state.set(root, 'open');
    const stack = [{ id: root, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edge = leaving.get(top.id)?.[top.next++];
      if (!edge) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(edge.to) === 'open') {
        if (edge.to === node && round.has(edge.from)) closing.push(edge);
      } else if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        stack.push({ id: edge.to, next: 0 });
      }
    }
  }
  return closing;
}
