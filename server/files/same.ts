/** Whether a file and the server say the same, however it is written down. */
import type { Graph, Layout } from '../../policies/graph.ts';
import type { PolicyTest } from '../../policies/policy-test.ts';
import { canonicalJson } from '../control/digest.ts';

export interface Content {
  readonly graph: Graph;
  readonly layout: Layout;
  readonly tests: readonly PolicyTest[];
}

/** Whether two values are the same JSON. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** Whether two policies have the same graph, layout and tests. */
export function sameContent(a: Content, b: Content): boolean {
  return sameJson(a.graph, b.graph) && sameJson(a.layout, b.layout) && sameJson(a.tests, b.tests);
}

interface Words {
  readonly title: string | null;
  readonly description: string;
}

/** Whether a file's policy is called as the server calls it. */
export function sameWords(here: Words, there: Words): boolean {
  return here.title === there.title && here.description === there.description;
}
