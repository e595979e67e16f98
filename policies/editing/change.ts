/** What an edit gives back. What it did not touch stays the same object, so that only what changed is drawn again. */
import type { Drawing, Graph, Layout } from '../graph.ts';

export interface Change<D extends Drawing> {
  /** The very same object where nothing was changed. */
  readonly drawing: D;
  /** What a person should be told: what could not be done, and what else happened. */
  readonly said: readonly string[];
}

/** The drawing with another graph. */
export function withGraph<D extends Drawing>(drawing: D, graph: Partial<Graph>): D {
  return { ...drawing, graph: { ...drawing.graph, ...graph } };
}

/** The drawing with another layout. */
export function withLayout<D extends Drawing>(drawing: D, layout: Partial<Layout>): D {
  return { ...drawing, layout: { ...drawing.layout, ...layout } };
}

/** Nothing was done, for this reason. */
export function refused<D extends Drawing>(drawing: D, why: string): Change<D> {
  return { drawing, said: [why] };
}
