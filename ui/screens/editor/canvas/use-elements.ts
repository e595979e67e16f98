/** What the canvas shows: the elements of the document, which of them are selected, and those that are just being dragged. */
import { useQuery } from '@tanstack/react-query';
import type { EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Problem } from '../../../../policies/check.ts';
import { type Comment, commentsQuery, isUnsettled } from '../../../api/comments.ts';
import { beforeOf } from '../../../canvas/before.ts';
import { type CanvasNode, type Elements, elementsOf, type TrackEdgeType } from '../../../canvas/elements.ts';
import type { Box, Point } from '../../../canvas/geometry.ts';
import { keepSame } from '../../../canvas/same.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useProblems } from '../../../editing/problems.ts';
import { useCanvas, useCanvasPart } from './canvas-context.tsx';

/** Where something is while it is dragged, and how large while it is resized. */
type Moved = ReadonlyMap<string, Partial<Box>>;

const NOTHING: Moved = new Map();

/** Found by keys of our own; the focus is given, and never reached one by one. */
const FOCUS_IS_GIVEN = { tabIndex: -1 };

function byNode(problems: readonly Problem[]): Map<string, Problem[]> {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (problem.node !== null) groups.set(problem.node, [...(groups.get(problem.node) ?? []), problem]);
  }
  return groups;
}

/** How many comments are not settled, by node. */
function countOpen(comments: readonly Comment[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of comments.filter(isUnsettled)) {
    if (node !== null) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

function dress(node: CanvasNode, selected: boolean, moved: Partial<Box> | undefined): CanvasNode {
  const { x = node.position.x, y = node.position.y } = moved ?? {};
  const { width = node.width ?? 0, height = node.height ?? 0 } = moved ?? {};
  return {
    ...node,
    position: { x, y },
    width,
    height,
    measured: { width, height },
    selected,
    ariaRole: 'group',
    ariaLabel: `${node.ariaLabel ?? ''}${selected ? ' Selected.' : ''}`,
    domAttributes: FOCUS_IS_GIVEN,
  };
}

/** Nodes and edges for React Flow, and what it has to tell when they are selected, dragged or resized. */
export function useElements() {
  const { house, policy } = useEditor();
  const { canvas, actions } = useCanvas();
  const graph = useEditing(({ document }) => document.graph);
  const layout = useEditing(({ document }) => document.layout);
  const way = useEditing((state) => state.way);
  const selected = useEditing((state) => state.selected);
  const selectedEdges = useCanvasPart((state) => state.edges);
  const problems = useProblems();
  const [moved, setMoved] = useState(NOTHING);
  const latest = useRef(moved);
  latest.current = moved;

  // What was shown last: elements that hold the same stay the same objects, and are not drawn again.
  const shown = useRef<{ elements: Elements | null; nodes: CanvasNode[]; edges: TrackEdgeType[] }>({
    elements: null,
    nodes: [],
    edges: [],
  });
  const before = useMemo(() => house.before && beforeOf(house.before, house.budgetNames), [house]);
  const comments = useQuery({ ...commentsQuery(policy.id), select: countOpen }).data;
  const extras = useMemo(
    () => ({ problems: byNode(problems), before, ...(comments && { comments }) }),
    [problems, before, comments],
  );
  const elements = useMemo(
    () => elementsOf(graph, layout, house.budgetNames, way, extras, shown.current.elements),
    [graph, layout, house.budgetNames, way, extras],
  );
  shown.current.elements = elements;
  const nodes = useMemo(() => {
    const chosen = new Set(selected);
    const dressed = elements.nodes.map((node) => dress(node, chosen.has(node.id), moved.get(node.id)));
    return keepSame(shown.current.nodes, dressed);
  }, [elements.nodes, selected, moved]);
  shown.current.nodes = nodes;
  const edges = useMemo(() => {
    const chosen = new Set(selectedEdges);
    return keepSame(
      shown.current.edges,
      elements.edges.map((edge) => ({ ...edge, selected: chosen.has(edge.id) })),
    );
  }, [elements.edges, selectedEdges]);
  shown.current.edges = edges;

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]): void => {
      const next = new Map(latest.current);
      const put = new Map<string, Point>();
      const chosen = new Set(selected);
      for (const change of changes) {
        if (change.type === 'select') {
          if (change.selected) chosen.add(change.id);
          else chosen.delete(change.id);
        } else if (change.type === 'position' && change.position) {
          const { x, y } = change.position;
          next.set(change.id, { ...next.get(change.id), x, y });
          if (change.dragging === false) put.set(change.id, { x: Math.round(x), y: Math.round(y) });
        } else if (change.type === 'dimensions' && change.dimensions && change.resizing !== undefined) {
          if (change.resizing) next.set(change.id, { ...next.get(change.id), ...change.dimensions });
          else next.delete(change.id);
        }
      }
      if (changes.some(({ type }) => type === 'select')) actions.pick([...chosen]);
      if (put.size > 0) actions.place(put);
      for (const id of put.keys()) next.delete(id);
      if (next.size > 0 || latest.current.size > 0) {
        latest.current = next;
        setMoved(next);
      }
    },
    [actions, selected],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<TrackEdgeType>[]): void => {
      const chosen = new Set(canvas.getState().edges);
      for (const change of changes) {
        if (change.type !== 'select') continue;
        if (change.selected) chosen.add(change.id);
        else chosen.delete(change.id);
      }
      canvas.setState({ edges: [...chosen] });
    },
    [canvas],
  );

  return { nodes, edges, onNodesChange, onEdgesChange };
}
