/** Ids and titles of what is new, and how nodes are called in sentences. */
import type { Drawing, Graph, GraphNode } from '../graph.ts';
import { cut, LONGEST_TITLE } from './limits.ts';

const LONGEST_ID = 64;

/** Every id that stands somewhere in a drawing, also in edges and positions that are left of a node that is gone. */
export function takenIds({ graph, layout }: Drawing): Set<string> {
  return new Set([
    ...graph.nodes.map(({ id }) => id),
    ...graph.edges.flatMap(({ from, to }) => [from, to]),
    ...Object.keys(layout.positions),
    ...layout.stickies.map(({ id }) => id),
  ]);
}

/** The wish itself if it is free, else with the first number that is: `cheap`, `cheap-2`. */
export function freshId(taken: ReadonlySet<string>, wish: string): string {
  if (!taken.has(wish)) return wish;
  const stem = wish.replace(/-\d+$/, '') || wish;
  for (let number = 2; ; number++) {
    const end = `-${number}`;
    const id = `${stem.slice(0, LONGEST_ID - end.length)}${end}`;
    if (!taken.has(id)) return id;
  }
}

/** The title of a new node: the wish, else “Model 2”. */
export function freshTitle(graph: Graph, wish: string): string {
  const taken = new Set(graph.nodes.map(({ title }) => title));
  let title = cut(wish, LONGEST_TITLE);
  for (let number = 2; taken.has(title); number++) title = `${cut(wish, LONGEST_TITLE - 5)} ${number}`;
  return title;
}

/** A node as sentences call it. */
export function called(node: Pick<GraphNode, 'id' | 'title'>): string {
  return `“${node.title || node.id}”`;
}
