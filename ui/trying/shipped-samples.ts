/** The samples that come with a shipped policy, as tests of the policy that was made of it under the same name. */
import { findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { type PolicyTest, testFromSample } from '../../policies/policy-test.ts';
import type { Template } from '../../policies/template.ts';

/** Samples of a shipped policy, with the budgets that the drawing has where the shipped one has its own. */
export function samplesFor(graph: Graph, shipped: Pick<Template, 'graph' | 'samples'>): readonly PolicyTest[] {
  const budgetOf = (drawing: Graph, id: string): string | undefined => {
    const node = drawing.nodes.find((one) => one.id === id);
    const bound = node && findKind(node.kind)?.bind(node.settings);
    return bound?.ok ? bound.node.budgets?.[0] : undefined;
  };
  const ids = new Map<string, string>();
  for (const { id } of shipped.graph.nodes) {
    const [theirs, ours] = [budgetOf(shipped.graph, id), budgetOf(graph, id)];
    if (theirs !== undefined && ours !== undefined) ids.set(theirs, ours);
  }
  return shipped.samples.map((sample, i) => testFromSample(sample, ids, `sample-${i + 1}`));
}
