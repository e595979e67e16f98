/** The way of an edge over the canvas: straight or gently curved where it is free, else around the nodes between. */
import type { Box, Point } from './geometry.ts';

/** An edge to be drawn. `lane` keeps edges of one node apart where they turn. */
export interface Connection {
  readonly from: Point;
  readonly to: Point;
  readonly target: string;
  readonly lane: number;
}

export interface Track {
  readonly from: Point;
  readonly to: Point;
  /** The path as SVG has it. */
  readonly path: string;
  /** Where a label stands. */
  readonly label: Point;
  /** Length from left to right: short edges need no label, since the port's name stands at their start. */
  readonly span: number;
}

/** A stretch of a channel that an edge already runs in; edges to the same node may share it. */
interface Used {
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly target: string;
}

const CLEARANCE = 8;
const CHANNEL = 18;
const LANE = 9;
const CORNER = 10;
const SAMPLES = 24;

const inside = (p: Point, box: Box): boolean =>
  p.x > box.x - CLEARANCE &&
  p.x < box.x + box.width + CLEARANCE &&
  p.y > box.y - CLEARANCE &&
  p.y < box.y + box.height + CLEARANCE;

/** Whether a level or upright stretch touches the box. */
function crosses(a: Point, b: Point, box: Box): boolean {
  const left = Math.min(a.x, b.x);
  const right = Math.max(a.x, b.x);
  const top = Math.min(a.y, b.y);
  const bottom = Math.max(a.y, b.y);
  return (
    right > box.x - CLEARANCE &&
    left < box.x + box.width + CLEARANCE &&
    bottom > box.y - CLEARANCE &&
    top < box.y + box.height + CLEARANCE
  );
}

function curveAt(from: Point, to: Point, bend: number, t: number): Point {
  const u = 1 - t;
  const x = u ** 3 * from.x + 3 * u * u * t * (from.x + bend) + 3 * u * t * t * (to.x - bend) + t ** 3 * to.x;
  const y = u ** 3 * from.y + 3 * u * u * t * from.y + 3 * u * t * t * to.y + t ** 3 * to.y;
  return { x, y };
}

/** A curve from left to right; null when something stands in its way, or it would lead backwards. */
function curved({ from, to, lane }: Connection, boxes: readonly Box[]): Track | null {
  if (to.x < from.x + 24) return null;
  const bend = Math.min(120, (to.x - from.x) / 2);
  // A curve stays between its ends, from above to below and from left to right.
  const near = boxes.filter((box) => crosses(from, to, box));
  for (let i = 2; i <= SAMPLES - 2; i++) {
    const point = curveAt(from, to, bend, i / SAMPLES);
    if (near.some((box) => inside(point, box))) return null;
  }
  return bent(from, to, bend, lane);
}

function bent(from: Point, to: Point, bend: number, lane: number): Track {
  const path = `M ${from.x} ${from.y} C ${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
  const span = to.x - from.x;
  // On short edges, what stands on them would meet.
  const apart = span < 120 ? 0.42 : 0.16;
  return { from, to, path, label: curveAt(from, to, bend, Math.min(0.75, 0.3 + apart * lane)), span };
}

/** A curve that minds nothing in its way: while an end of it is moved. */
export function looseTrack(from: Point, to: Point): Track {
  return bent(from, to, Math.max(60, Math.min(120, Math.abs(to.x - from.x) / 2)), 0);
}

const clear = (points: readonly Point[], boxes: readonly Box[]): boolean =>
  points.slice(1).every((point, i) => {
    const before = points[i];
    return before === undefined || !boxes.some((box) => crosses(before, point, box));
  });

/** A way along a level channel above or below what stands between; null when there is none. */
function around({ from, to, target, lane }: Connection, boxes: readonly Box[], used: Used[]): Track | null {
  const out = from.x + CHANNEL + lane * LANE;
  const back = to.x - CHANNEL - 4;
  const left = Math.min(out, back);
  const right = Math.max(out, back);
  const near = boxes.filter((box) => box.x < right + CLEARANCE && box.x + box.width > left - CLEARANCE);
  const levels = near.flatMap((box) =>
    [0, 1, 2].flatMap((i) => [box.y - CHANNEL - i * LANE, box.y + box.height + CHANNEL + i * LANE]),
  );
  const detour = (y: number): number => Math.abs(y - from.y) + Math.abs(y - to.y);
  for (const y of levels.sort((a, b) => detour(a) - detour(b))) {
    const taken = used.some(
      (one) => one.target !== target && Math.abs(one.y - y) < LANE - 1 && one.left < right && one.right > left,
    );
    const middle: Point[] = [
      { x: out, y: from.y },
      { x: out, y },
      { x: back, y },
      { x: back, y: to.y },
    ];
    if (taken || !clear(middle, near)) continue;
    used.push({ y, left, right, target });
    const label = { x: (left + right) / 2, y };
    return { from, to, path: rounded([from, ...middle, to]), label, span: right - left };
  }
  return null;
}

/** A path through the points with round corners. */
function rounded(points: readonly Point[]): string {
  let path = '';
  points.forEach((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    if (!before) path = `M ${point.x} ${point.y}`;
    else if (!after) path += ` L ${point.x} ${point.y}`;
    else {
      const a = towards(point, before);
      const b = towards(point, after);
      path += ` L ${a.x} ${a.y} Q ${point.x} ${point.y} ${b.x} ${b.y}`;
    }
  });
  return path;
}

/** A point near `from` on the way to `to`, at most half of the way. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/**
 * Tracks for all connections, in their order. Nodes are kept clear of; stickies where there is room. Where no way is free, the
 * edge runs straight through.
 */
export function layTracks(
  connections: readonly Connection[],
  nodes: readonly Box[],
  stickies: readonly Box[],
): Track[] {
  const used: Used[] = [];
  const everything = [...nodes, ...stickies];
  return connections.map((connection) => {
    const { from, to } = connection;
    return (
      curved(connection, nodes) ??
      around(connection, everything, used) ??
      around(connection, nodes, used) ?? {
        from,
        to,
        path: `M ${from.x} ${from.y} L ${to.x} ${to.y}`,
        label: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
        span: Math.abs(to.x - from.x),
      }
    );
  });
}
