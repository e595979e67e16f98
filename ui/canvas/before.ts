/** The organisation's own policy as it stands greyed before a drawing: what it does, and where it is put. */
import type { Node } from '@xyflow/react';
import { HEAD_HEIGHT } from '../../policies/editing/node-size.ts';
import type { Graph } from '../../policies/graph.ts';
import { MANDATORY } from '../../policies/mandatory.ts';
import { describeNode, readingOrder } from './describe.ts';
import type { Box } from './geometry.ts';

/** What is said of it. */
export interface Before {
  /** Its id, title and version. */
  readonly policy: string;
  readonly title: string;
  readonly version: number;
  /** What it does, in the order in which requests meet it. */
  readonly nodes: readonly BeforeNode[];
}

interface BeforeNode {
  readonly id: string;
  readonly icon: string;
  readonly title: string;
  readonly sentence: string;
}

export type BeforeData = Pick<Before, 'policy' | 'title' | 'version'> & {
  readonly nodes: readonly (BeforeNode & { readonly steps: readonly number[] })[];
  /** How many more nodes it has than are shown. */
  readonly more: number;
  /** From its right side to the node where requests enter; null where there is none. */
  readonly gap: number | null;
  readonly isLit: boolean;
  /** Whether a way is lit at all. */
  readonly isWay: boolean;
};
export type BeforeNodeType = Node<BeforeData, 'before'>;

const WIDTH = 290;
const TOP = 74;
const ROW = 46;
const MORE = 24;
const MOST_ROWS = 5;
const DISTANCE = 70;

/** The words of a version of it; `budgets` has the names of budgets by id. */
export function beforeOf(
  { id, title, version, graph }: { readonly id: string; title: string; version: number; graph: Graph },
  budgets: ReadonlyMap<string, string>,
): Before {
  const nodes = readingOrder(graph).filter(({ kind }) => kind !== 'request');
  return {
    policy: id,
    title,
    version,
    nodes: nodes.map((node) => {
      const { icon, title: words, sentence } = describeNode(node, graph.edges, budgets);
      return { id: MANDATORY + node.id, icon, title: words, sentence };
    }),
  };
}

/** The element that stands left of the node where requests enter; `bounds` are around everything that is drawn. */
export function beforeElement(
  { policy, title, version, nodes }: Before,
  entrance: Box | undefined,
  bounds: Box,
  way: readonly { readonly node: string }[] | null,
): BeforeNodeType {
  const shown = nodes.slice(0, MOST_ROWS).map((node) => ({
    ...node,
    steps: (way ?? []).flatMap((step, i) => (step.node === node.id ? [i + 1] : [])),
  }));
  const more = nodes.length - shown.length;
  const height = TOP + ROW * shown.length + (more > 0 ? MORE : 0);
  const x = bounds.x - DISTANCE - WIDTH;
  const y = (entrance?.y ?? bounds.y) + HEAD_HEIGHT / 2 - TOP / 2;
  const said = nodes.map((node) => `${node.title}: ${node.sentence}`).join(' ');
  return {
    id: MANDATORY,
    type: 'before',
    position: { x, y },
    width: WIDTH,
    height,
    measured: { width: WIDTH, height },
    draggable: false,
    selectable: false,
    connectable: false,
    deletable: false,
    focusable: false,
    ariaRole: 'group',
    ariaLabel: `Runs before this policy, set by the organisation: ${title}, version ${version}. ${said}`,
    data: {
      policy,
      title,
      version,
      nodes: shown,
      more,
      gap: entrance ? entrance.x - (x + WIDTH) : null,
      isLit: way?.some(({ node }) => node.startsWith(MANDATORY)) ?? false,
      isWay: way !== null,
    },
  };
}
