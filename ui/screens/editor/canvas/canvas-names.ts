/** What stands on the canvas, by its ids: how sentences call it, and how much room it takes. */
import { findKind } from '../../../../policies/compile.ts';
import { NODE_WIDTH, nodeHeight } from '../../../../policies/editing/node-size.ts';
import { portsOf } from '../../../../policies/editing/ports.ts';
import { stickyOnCanvas } from '../../../../policies/editing/stickies.ts';
import type { Drawing, Graph } from '../../../../policies/graph.ts';
import { plural } from '../../../app/words.ts';
import { arrange } from '../../../canvas/arrange.ts';
import { around, type Box } from '../../../canvas/geometry.ts';

/** A node by its title, a note as “the note”. */
export function nameOf({ graph }: Drawing, id: string): string {
  const node = graph.nodes.find((one) => one.id === id);
  return node ? `“${node.title || findKind(node.kind)?.title || node.id}”` : 'the note';
}

/** An edge by its ends. */
export function nameOfEdge(drawing: Drawing, { from, to }: Graph['edges'][number]): string {
  return `the edge from ${nameOf(drawing, from)} to ${nameOf(drawing, to)}`;
}

/** The ids of everything, as the canvas has them. */
export function idsOnCanvas({ graph, layout }: Drawing): string[] {
  return [...graph.nodes.map(({ id }) => id), ...layout.stickies.map(({ id }) => stickyOnCanvas(id))];
}

/** One by its name, several by their number. */
export function namesOf(drawing: Drawing, ids: readonly string[]): string {
  const [first] = ids;
  if (ids.length === 1 && first !== undefined) return nameOf(drawing, first);
  const nodes = drawing.graph.nodes.filter(({ id }) => ids.includes(id)).length;
  const notes = ids.length - nodes;
  const said = [nodes > 0 ? plural(nodes, 'node') : '', notes > 0 ? plural(notes, 'note') : ''];
  return said.filter((one) => one !== '').join(' and ');
}

/** The box around some nodes and notes as they are drawn; null when none of them is there. */
export function boxOf({ graph, layout }: Drawing, ids: readonly string[]): Box | null {
  const chosen = new Set(ids);
  const places = arrange(graph, layout);
  const nodes = graph.nodes.flatMap((node): Box[] => {
    const at = chosen.has(node.id) ? places.get(node.id) : undefined;
    return at ? [{ ...at, width: NODE_WIDTH, height: nodeHeight(portsOf(node)?.length ?? 0) }] : [];
  });
  const notes = layout.stickies.flatMap(({ id, at, width, height }): Box[] =>
    chosen.has(stickyOnCanvas(id)) ? [{ ...at, width, height }] : [],
  );
  return nodes.length + notes.length === 0 ? null : around([...nodes, ...notes]);
}
