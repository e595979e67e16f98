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

/**
 * The kinds in whose title, group or summary every word stands that is typed; those first whose title begins with it, since
 * that is what most people mean.
 */
export function meant(choices: readonly KindChoice[], typed: string): KindChoice[] {
  const words = typed.toLowerCase().trim().split(/\s+/);
  const found = choices.filter(({ name, kind }) => {
    const text = `${name} ${kind.title} ${GROUP_TITLES[kind.group]} ${kind.summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const begins = ({ kind }: KindChoice): boolean => kind.title.toLowerCase().startsWith(words.join(' '));
  return [...found.filter(begins), ...found.filter((choice) => !begins(choice))];
}
