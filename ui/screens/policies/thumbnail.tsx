import './thumbnail.css';
import { useMemo } from 'react';
import type { Graph, Layout } from '../../../policies/graph.ts';
import { elementsOf } from '../../canvas/elements.ts';

const MARGIN = 24;
const LONGEST_TITLE = 12;
const NO_BUDGETS: ReadonlyMap<string, string> = new Map();

const shorten = (title: string): string =>
  title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1).trimEnd()}…` : title;

/** A small picture of a graph: its nodes with the beginnings of their titles, and its edges. */
export function Thumbnail({ graph, layout }: { readonly graph: Graph; readonly layout: Layout }) {
  const { nodes, edges, bounds } = useMemo(() => elementsOf(graph, layout, NO_BUDGETS, null), [graph, layout]);
  const { x, y, width, height } = bounds;
  const box = `${x - MARGIN} ${y - MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`;
  return (
    <svg className="thumbnail" viewBox={box} aria-hidden="true">
      {edges.map(({ id, data }) => (data ? <path key={id} d={data.track.path} /> : null))}
      {nodes.map(({ id, type, position, data, width: wide = 0, height: high = 0 }) =>
        type === 'policy' ? (
          <g key={id} transform={`translate(${position.x} ${position.y})`}>
            <rect className="thumbnail-box" width={wide} height={high} rx={12} />
            <rect data-group={data.words.group} width={12} height={high} rx={6} />
            <text x={26} y={46}>
              {shorten(data.words.title)}
            </text>
            <rect className="thumbnail-sentence" x={28} y={70} width={wide - 70} height={14} rx={7} />
            <rect className="thumbnail-sentence" x={28} y={96} width={wide - 130} height={14} rx={7} />
          </g>
        ) : null,
      )}
    </svg>
  );
}
