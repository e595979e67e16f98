import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { TrackEdgeType } from './elements.ts';

/** Shorter edges have the name of their port close by. */
const LABELLED_FROM = 120;

/** An edge on its track, labelled with the port that it leaves by; those beside the path of a request stay quiet. */
export const TrackEdge = memo(function TrackEdge({ data, markerEnd }: EdgeProps<TrackEdgeType>) {
  if (!data) return null;
  const { track, label, light } = data;
  const { x, y } = track.label;
  return (
    <>
      <BaseEdge
        path={track.path}
        className={`track track-${light}`}
        {...(markerEnd === undefined ? {} : { markerEnd })}
      />
      {light !== 'dim' && track.span >= LABELLED_FROM ? (
        <EdgeLabelRenderer>
          <div
            className={`track-label track-label-${light}`}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {label}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
