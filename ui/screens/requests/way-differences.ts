/** Where two ways of one request differ, step by step. */
import type { TraceStep } from '../../../policies/decision.ts';

type Step = Pick<TraceStep, 'node' | 'port'>;

/**
 * By id of the node, how the steps of a way differ from another way, in words. `partingAt` is where they part; behind
 * `untold` one of them cannot be told, so that steps which it lacks are no difference.
 */
export function stepDifferences(
  way: readonly Step[],
  other: readonly Step[],
  partingAt: string | null,
  untold: string | null,
): ReadonlyMap<string, string> {
  const ports = new Map(other.map(({ node, port }) => [node, port]));
  const lacksEnd = other.at(-1)?.node === untold;
  const found = new Map<string, string>();
  for (const { node, port } of way) {
    if (node === untold) continue;
    if (node === partingAt) found.set(node, 'here the ways part');
    else if (!ports.has(node)) {
      if (!lacksEnd) found.set(node, 'only on this way');
    } else if (ports.get(node) !== port) found.set(node, 'left by another way');
  }
  return found;
}
