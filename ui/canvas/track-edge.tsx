import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { type CSSProperties, memo, type ReactNode } from 'react';
import type { TrackEdgeType } from './elements.ts';
import { PORT_DOT } from './geometry.ts';
import { looseTrack, type Track } from './tracks.ts';

/** Shorter edges have the name of their port close by. */
const LABELLED_FROM = 120;

/** Widths of edges with traffic, in pixels. */
const THINNEST = 1.5;
const WIDEST = 9;

/** From the middle of a port to what stands beside it. */
const BESIDE_PORT = 7;

type Props = Pick<EdgeProps<TrackEdgeType>, 'data' | 'sourceX' | 'sourceY' | 'targetX' | 'targetY'> & {
  /** What stands behind the label. */
  readonly children?: ReactNode;
};

/** The track that was laid, or a loose one while a node at its end is being moved. */
function trackNow(laid: Track, ends: Pick<Props, 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>): Track {
  const from = { x: ends.sourceX - PORT_DOT / 2, y: ends.sourceY };
  const to = { x: ends.targetX + PORT_DOT / 2, y: ends.targetY };
  const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.5;
  const stands =
    near(from.x, laid.from.x) && near(from.y, laid.from.y) && near(to.x, laid.to.x) && near(to.y, laid.to.y);
  return stands ? laid : looseTrack(from, to);
}

/** An edge on its track, labelled with the port that it leaves by; those beside the path of a request stay quiet. */
export const TrackEdge = memo(function TrackEdge({ data, children, ...ends }: Props) {
  if (!data) return null;
  const { label, light, traffic, mark } = data;
  const track = trackNow(data.track, ends);
  // With traffic it stands beside the port, whose name it needs no more; ports are far enough apart.
  const place = traffic
    ? `translate(0, -50%) translate(${track.from.x + BESIDE_PORT}px, ${track.from.y}px)`
    : `translate(-50%, -50%) translate(${track.label.x}px, ${track.label.y}px)`;
  const style: CSSProperties = traffic ? { strokeWidth: THINNEST + traffic.weight * (WIDEST - THINNEST) } : {};
  const says = light !== 'dim' && (track.span >= LABELLED_FROM || traffic !== undefined);
  return (
    <>
      <BaseEdge path={track.path} className={`track track-${light} ${mark ? `track-${mark}` : ''}`} style={style} />
      {says || children ? (
        <EdgeLabelRenderer>
          <div className="track-sign" style={{ transform: place }}>
            {says ? (
              <span
                className={`track-label track-label-${light} ${traffic ? 'track-label-traffic' : ''}`}
                title={traffic ? `${label}: ${traffic.text}` : undefined}
              >
                {traffic ? traffic.text : label}
              </span>
            ) : null}
            {children}
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
