/** What is wrong with the drawing, found once after each change, a little later than what is typed. */
import { useDeferredValue } from 'react';
import { type CheckContext, checkGraph, type Problem } from '../../policies/check.ts';
import type { Graph } from '../../policies/graph.ts';
import { useEditing, useEditor } from './editing-context.tsx';

const found = new WeakMap<CheckContext, WeakMap<Graph, readonly Problem[]>>();

/** The problems of a graph; the same list for the same graph in the same house, so that all who ask share one check. */
function problemsOf(graph: Graph, context: CheckContext): readonly Problem[] {
  const here = found.get(context) ?? new WeakMap<Graph, readonly Problem[]>();
  found.set(context, here);
  const known = here.get(graph) ?? checkGraph(graph, context);
  here.set(graph, known);
  return known;
}

/** The problems of the drawing, errors first. Typing never waits for them: for a moment they may be of the step before. */
export function useProblems(): readonly Problem[] {
  const { house } = useEditor();
  const graph = useDeferredValue(useEditing((state) => state.document.graph));
  return problemsOf(graph, house.check);
}
