/** The kinds of nodes to choose from, as people look for them. */
import { addNode } from '../../../../policies/editing/add.ts';
import type { Graph } from '../../../../policies/graph.ts';
import { kinds } from '../../../../policies/kinds/index.ts';
import type { Kind, KindGroup } from '../../../../policies/kinds/kind.ts';

export interface KindChoice {
  readonly name: string;
  readonly kind: Kind;
  /** Why such a node cannot be added now; null when it can. */
  readonly refusal: string | null;
}

export const GROUP_TITLES: Readonly<Record<KindGroup, string>> = {
  start: 'Start',
  decide: 'Decide',
  protect: 'Protect',
  spend: 'Spend',
  answer: 'Answer',
};

/** All kinds in their order, and which of them can be added to the graph. */
export function kindChoices(graph: Graph): KindChoice[] {
  const drawing = { graph, layout: { positions: {}, stickies: [] } };
  return Object.entries(kinds).map(([name, kind]) => {
    const { node, said } = addNode(drawing, name, { at: { x: 0, y: 0 } });
    return { name, kind, refusal: node === null ? said.join(' ') : null };
  });
}

/** Whether every word that is typed stands in the title, the group or the summary of a kind. */
export function isMeant({ name, kind }: KindChoice, typed: string): boolean {
  const text = `${name} ${kind.title} ${GROUP_TITLES[kind.group]} ${kind.summary}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
