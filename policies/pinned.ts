/** Versions of other policies that a drawing goes on in: how they are found, and when they cannot be entered. */
import type { Graph } from './graph.ts';
import type { PinnedVersion } from './kinds/kind.ts';

/** A version as it was published. */
export interface FoundVersion {
  /** What people call the policy. */
  readonly name: string;
  readonly graph: Graph;
}

/** Finds a version of a policy by the policy's id; undefined where there is none. */
export type VersionLookup = (policy: string, version: number) => FoundVersion | undefined;

export const NO_VERSIONS: VersionLookup = () => undefined;

/** Policies that may stand one behind the other. */
const DEEPEST_POLICY = 5;

/** The versions that were entered before, from the outermost inwards, as `policy@version`. */
export type Way = readonly string[];

/** The version that a node goes on in, with the way that leads into it; or why it cannot be entered, in a sentence. */
export function enterPolicy(
  { policy, version }: PinnedVersion,
  versions: VersionLookup,
  way: Way,
):
  | { readonly ok: true; readonly version: FoundVersion; readonly way: Way }
  | { readonly ok: false; readonly cause: 'unknown' | 'circle' | 'too_deep'; readonly why: string } {
  const key = `${policy}@${version}`;
  if (way.includes(key)) {
    return { ok: false, cause: 'circle', why: 'policies lead into each other in a circle.' };
  }
  if (way.length >= DEEPEST_POLICY) {
    return { ok: false, cause: 'too_deep', why: `more than ${DEEPEST_POLICY} policies stand one behind the other.` };
  }
  const found = versions(policy, version);
  if (!found) return { ok: false, cause: 'unknown', why: `there is no version ${version} of the policy chosen.` };
  return { ok: true, version: found, way: [...way, key] };
}

/** The versions that a graph itself goes on in; of settings that do not fit nothing is known. */
export function pinnedIn(graph: Graph): PinnedVersion[] {
  return graph.nodes.flatMap(({ kind, settings: { policy, version } }) =>
    kind === 'policy' && typeof policy === 'string' && typeof version === 'number' ? [{ policy, version }] : [],
  );
}
