import { useReducedMotion } from '@mantine/hooks';
import { useReactFlow } from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import type { GraphDiff } from '../../policies/diff.ts';
import type { Drawing as DrawingDocument, Graph } from '../../policies/graph.ts';
import { arrange } from './arrange.ts';
import './compared-drawings.css';
import { NODE_WIDTH } from '../../policies/editing/node-size.ts';
import { Drawing } from './drawing.tsx';
import type { Extras, Mark } from './elements.ts';
import type { Point } from './geometry.ts';

export interface ComparedSide extends DrawingDocument {
  /** What it is called, such as "Version 3". */
  readonly title: string;
}

interface Props {
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** From one to the other. */
  readonly diff: GraphDiff;
  /** Names of budgets by id. */
  readonly budgets: ReadonlyMap<string, string>;
  /** The node that both views show; a new object moves them there again. */
  readonly chosen: { readonly node: string } | null;
  readonly onChoose: (node: string) => void;
}

/** At least so large is a node that is gone to. */
const READABLE = 0.75;
/** From the top of a node to its middle, more or less. */
const HALF_HEIGHT = 65;
const HEIGHT = 'max(360px, 46vh)';

/** Two drawings side by side, with what differs marked by colour and by a sign. */
export function ComparedDrawings({ before, after, diff, budgets, chosen, onChoose }: Props) {
  const marks = useMemo(() => ({ before: marksOf(diff, 'removed'), after: marksOf(diff, 'added') }), [diff]);
  const places = useMemo(() => ({ before: middles(before), after: middles(after) }), [before, after]);
  // A node that one of them does not have would stand where the other one has it.
  const wasAt = chosen && (places.before.get(chosen.node) ?? places.after.get(chosen.node) ?? null);
  const isAt = chosen && (places.after.get(chosen.node) ?? places.before.get(chosen.node) ?? null);
  const common = { budgets, way: null, chosen: chosen?.node ?? null, onChoose, height: HEIGHT };
  return (
    <div className="compared">
      <section className="compared-side" aria-label={before.title}>
        <p className="compared-title">{before.title}</p>
        <Drawing
          {...common}
          label={`Drawing: ${before.title}`}
          graph={before.graph}
          layout={before.layout}
          extras={marks.before}
        >
          <MoveTo to={wasAt} each={chosen} />
        </Drawing>
      </section>
      <section className="compared-side" aria-label={after.title}>
        <p className="compared-title">{after.title}</p>
        <Drawing
          {...common}
          label={`Drawing: ${after.title}`}
          graph={after.graph}
          layout={after.layout}
          extras={marks.after}
        >
          <MoveTo to={isAt} each={chosen} />
        </Drawing>
      </section>
    </div>
  );
}

/** What is marked in the older drawing (all but what was added) or in the newer one (all but what was removed). */
function marksOf({ nodes, edges }: GraphDiff, own: 'added' | 'removed'): Extras {
  const marked = [...nodes, ...edges].filter(([, mark]) => mark === own || mark === 'changed');
  return { marks: new Map<string, Mark>(marked) };
}

function middles({ graph, layout }: { graph: Graph; layout: DrawingDocument['layout'] }): ReadonlyMap<string, Point> {
  const corners = [...arrange(graph, layout)];
  return new Map(corners.map(([id, { x, y }]) => [id, { x: x + NODE_WIDTH / 2, y: y + HALF_HEIGHT }]));
}

/** Moves the view to a place, anew for each new object of `each`. */
function MoveTo({ to, each }: { readonly to: Point | null; readonly each: object | null }) {
  const flow = useReactFlow();
  const isStill = useReducedMotion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice moves the view
  useEffect(() => {
    if (!each || !to) return;
    const zoom = Math.max(flow.getZoom(), READABLE);
    void flow.setCenter(to.x, to.y, { zoom, duration: isStill ? 0 : 250 });
  }, [each]);
  return null;
}
