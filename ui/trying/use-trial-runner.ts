/** Tries the request on the drawing as it stands, a moment after each change, as long as it is looked at. */
import { useEffect, useState } from 'react';
import type { Graph } from '../../policies/graph.ts';
import { useEditing, useEditor } from '../editing/editing-context.tsx';
import type { Trial } from './trial.ts';
import { type TrialResult, tryOut } from './try-out.ts';
import { useTrying } from './trying-context.tsx';

const QUIET_MS = 200;

/** Runs the trial on the draft, notes the result, and lights its way on the canvas until another panel is shown. */
export function useTrialRunner(isShown: boolean): void {
  const { editing, house } = useEditor();
  const document = useEditing((state) => state.document);
  const trial = useTrying((state) => state.trial);
  const result = useTrying((state) => state.result);
  const finish = useTrying((state) => state.finish);
  const { graph } = document;

  useEffect(() => {
    if (!isShown) return;
    let isLatest = true;
    const timer = setTimeout(async () => {
      const tried = await tryOut(graph, trial, house, Date.now());
      if (isLatest) finish(tried);
    }, QUIET_MS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [isShown, graph, trial, house, finish]);

  // A change of the document puts the light out, also where only a node was moved.
  useEffect(() => {
    if (!isShown) return;
    const isOfThis = result?.kind === 'tried' && result.drawn === document.graph;
    const way = isOfThis ? result.simulation.decision.trace.map(({ node, port }) => ({ node, port })) : null;
    // The same way is left as it is: nothing of the drawing has to be drawn again.
    if (JSON.stringify(editing.getState().way) !== JSON.stringify(way)) editing.getState().light(way);
  }, [editing, isShown, document, result]);

  useEffect(() => {
    if (isShown) return () => editing.getState().light(null);
  }, [editing, isShown]);
}

/** What comes of a trial on another drawing; null until it has run, and where there is none. */
export function useTriedOn(graph: Graph | null, trial: Trial, at: number): TrialResult | null {
  const { house } = useEditor();
  const [result, setResult] = useState<TrialResult | null>(null);
  useEffect(() => {
    if (!graph) return;
    let isLatest = true;
    void tryOut(graph, trial, house, at).then((tried) => {
      if (isLatest) setResult(tried);
    });
    return () => {
      isLatest = false;
    };
  }, [graph, trial, house, at]);
  return result;
}
