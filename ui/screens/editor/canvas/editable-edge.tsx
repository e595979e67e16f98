import type { EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { TrackEdgeType } from '../../../canvas/elements.ts';
import { TrackEdge } from '../../../canvas/track-edge.tsx';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { AddButton } from './add-button.tsx';
import { useCanvasPart } from './canvas-context.tsx';

/** Up to so many edges, their buttons are always to be seen; in a larger drawing they show on the edge that is pointed at. */
const FEW = 20;

/** An edge with a button that puts a node into it. */
export const EditableEdge = memo(function EditableEdge({
  id,
  data,
  sourceX,
  sourceY,
  targetX,
  targetY,
  selected,
}: EdgeProps<TrackEdgeType>) {
  const { mayChange } = useEditor();
  const areFew = useEditing(({ document }) => document.graph.edges.length <= FEW);
  const isHovered = useCanvasPart(({ hovered }) => hovered === id);
  if (!data) return null;
  const isShown = areFew || isHovered || selected === true;
  return (
    <TrackEdge data={data} sourceX={sourceX} sourceY={sourceY} targetX={targetX} targetY={targetY}>
      {mayChange ? (
        <AddButton
          className={`edge-add ${isShown ? '' : 'edge-add-quiet'}`}
          label={`Add a node after “${data.label}”`}
          where={{ edge: data.edge }}
        />
      ) : null}
    </TrackEdge>
  );
});
