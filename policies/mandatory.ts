/** The organisation's own policy: every request goes through it before the policy of its project. */
import type { CompiledGraph } from './compile.ts';
import type { TraceStep } from './decision.ts';

/**
 * Stands before the ids of its nodes in steps and paths. No id of a node has a colon, so that none of the policy behind it can
 * be taken for one of these.
 */
export const MANDATORY = 'organisation:';

/** Whether the node of a step belongs to the organisation's own policy. */
export function isMandatory(node: string): boolean {
  return node.startsWith(MANDATORY);
}

/** A step with the id that its node has on the drawing of the organisation's own policy. */
export function asDrawn<S extends Pick<TraceStep, 'node'>>(step: S): S {
  return isMandatory(step.node) ? { ...step, node: step.node.slice(MANDATORY.length) } : step;
}

/** The steps in the organisation's own policy, and those in the policy of the project. */
export function partsOf<S extends Pick<TraceStep, 'node'>>(
  trace: readonly S[],
): { readonly mandatory: readonly S[]; readonly own: readonly S[] } {
  return {
    mandatory: trace.filter(({ node }) => isMandatory(node)),
    own: trace.filter(({ node }) => !isMandatory(node)),
  };
}

/**
 * Whether a request came to a redact node of each policy on its way that has one: of a request that did not, nobody knows what
 * is in its texts.
 */
export function isRedacted(trace: readonly Pick<TraceStep, 'node' | 'kind'>[], { nodes }: CompiledGraph): boolean {
  const passed = partsOf(trace.filter(({ kind }) => kind === 'redact'));
  for (const { id, kind } of nodes.values()) {
    if (kind === 'redact' && (isMandatory(id) ? passed.mandatory : passed.own).length === 0) return false;
  }
  return true;
}
