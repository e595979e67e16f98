/** Changing what a node is called, what is noted of it, and how it is set. */
import type { Drawing, GraphNode } from '../graph.ts';
import { type Change, withGraph } from './change.ts';
import { cut, LONGEST_NOTE, LONGEST_TITLE } from './limits.ts';
import { called } from './names.ts';
import { namedPorts, portsOf } from './ports.ts';
import type { Edge } from './ways.ts';

/** Gives a node another title; what is longer than a title may be is cut off. */
export function retitle<D extends Drawing>(drawing: D, id: string, title: string): D {
  return changeNode(drawing, id, { title: cut(title, LONGEST_TITLE) });
}

/** Sets the note of a node; an empty one is none. */
export function setNote<D extends Drawing>(drawing: D, id: string, note: string): D {
  const before = drawing.graph.nodes.find((node) => node.id === id);
  if (!before || note !== '') return changeNode(drawing, id, { note: cut(note, LONGEST_NOTE) });
  const { note: _none, ...rest } = before;
  return before.note === undefined ? drawing : replaceNode(drawing, before, rest);
}

export interface Settled<D extends Drawing> extends Change<D> {
  /** Edges that were deleted, since the port that they left is gone. */
  readonly dropped: readonly Edge[];
}

/** Sets a node. Edges follow ports that are called otherwise now; those of ports that are gone are deleted, which is said. */
export function setSettings<D extends Drawing>(drawing: D, id: string, settings: Record<string, unknown>): Settled<D> {
  const before = drawing.graph.nodes.find((node) => node.id === id);
  const changed = before && changeNode(drawing, id, { settings });
  if (!before || !changed || changed === drawing) return { drawing, said: [], dropped: [] };
  const after: GraphNode = { ...before, settings };
  const renames = portRenames(before, after);
  const renamed = new Map([...renames].map(([from, to]) => [to, from]));
  const ports = portsOf(after);
  const dropped: Edge[] = [];
  const edges = drawing.graph.edges.flatMap((edge) => {
    if (edge.from !== id) return [edge];
    const port = renames.get(edge.port) ?? edge.port;
    const stays = !ports || ports.some(({ name }) => name === port);
    if (stays && !renamed.has(edge.port)) return [port === edge.port ? edge : { ...edge, port }];
    dropped.push(edge);
    return [];
  });
  const { nodes } = drawing.graph;
  const said = dropped.map(({ port, to }) => {
    const target = nodes.find((node) => node.id === to);
    const label = portsOf(before)?.find(({ name }) => name === port)?.label ?? port;
    return `${called(before)} has no way out “${label}” any more, so its edge to ${target ? called(target) : `“${to}”`} is gone.`;
  });
  const isSame =
    edges.length === drawing.graph.edges.length && edges.every((edge, i) => edge === drawing.graph.edges[i]);
  return { drawing: isSame ? changed : withGraph(changed, { edges }), said, dropped };
}

/** Ports that settings named and name otherwise now, from the old name to the new one. */
export function portRenames(before: GraphNode, after: GraphNode): Map<string, string> {
  const olds = namedPorts(before.settings);
  const news = namedPorts(after.settings);
  const gone = olds.filter((old) => !news.some(({ port }) => port === old.port));
  const come = news.filter((one) => !olds.some(({ port }) => port === one.port));
  const renames = new Map<string, string>();
  const found = new Set<string>();
  const pair = (old: string, now: string): void => {
    renames.set(old, now);
    found.add(now);
  };
  for (const old of gone) {
    const alike = (one: { readonly field: string; readonly label: string }): boolean =>
      one.field === old.field && one.label === old.label && old.label !== '';
    const [same, ...more] = come.filter(alike);
    if (same && more.length === 0 && gone.filter(alike).length === 1) pair(old.port, same.port);
  }
  for (const old of gone) {
    const count = (ports: typeof olds): number => ports.filter(({ field }) => field === old.field).length;
    const same = come.find(({ field, index }) => field === old.field && index === old.index);
    if (!same || renames.has(old.port) || found.has(same.port) || count(olds) !== count(news)) continue;
    pair(old.port, same.port);
  }
  return renames;
}

function changeNode<D extends Drawing>(drawing: D, id: string, changes: Partial<GraphNode>): D {
  const before = drawing.graph.nodes.find((node) => node.id === id);
  if (!before) return drawing;
  const after = { ...before, ...changes };
  return JSON.stringify(after) === JSON.stringify(before) ? drawing : replaceNode(drawing, before, after);
}

function replaceNode<D extends Drawing>(drawing: D, before: GraphNode, after: GraphNode): D {
  return withGraph(drawing, { nodes: drawing.graph.nodes.map((node) => (node === before ? after : node)) });
}
