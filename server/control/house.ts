/** What checks and simulations of a policy need to know of the organisation, read from the snapshot. */
import { z } from 'zod';
import { type CheckContext, checkGraph, type Problem } from '../../policies/check.ts';
import type { PolicyPlace } from '../../policies/check-project.ts';
import { type CompiledGraph, compileGraph } from '../../policies/compile.ts';
import { callersChoose } from '../../policies/free-tags.ts';
import type { Graph } from '../../policies/graph.ts';
import type { VersionLookup } from '../../policies/pinned.ts';
import { probe } from '../../policies/probe.ts';
import { SignalboxError } from '../errors.ts';
import { lookupIn } from './pinned-versions.ts';
import type { ControlDeps } from './route.ts';
import { type BudgetEntry, hasChannel, type KeyEntry, type Snapshot } from './snapshot.ts';

/** A problem of a graph, as the API tells it. */
export const problemSchema = z
  .object({
    code: z.string(),
    severity: z.enum(['error', 'warning']),
    node: z.string().nullable(),
    field: z.string().nullable(),
    message: z.string(),
    fix: z.string(),
  })
  .meta({ id: 'Problem' });

/** The budget of an organisation by its id. */
export function budgetOf(snapshot: Snapshot, organisation: string, id: string): BudgetEntry | undefined {
  const budget = snapshot.budgets.get(id);
  return budget?.organisation === organisation ? budget : undefined;
}

const keysInUse = (snapshot: Snapshot, organisation: string): KeyEntry[] =>
  [...snapshot.keys.values()].filter((key) => key.organisation === organisation && !key.revoked);

/**
 * The problems of a graph in its organisation, where it stands there; `versions` finds those of other policies that it goes
 * on in.
 */
export function checkIn(
  snapshot: Snapshot,
  deps: ControlDeps,
  graph: Graph,
  organisation: string,
  versions: VersionLookup,
  place: PolicyPlace,
): Problem[] {
  const keys = keysInUse(snapshot, organisation);
  const live = lookupIn(snapshot.pinned, organisation);
  const context: CheckContext = {
    models: deps.models(organisation).lookup,
    budget: (id) => budgetOf(snapshot, organisation, id),
    callersChoose: (tag) => callersChoose(keys, tag),
    hasChannel: (name) => hasChannel(snapshot, organisation, name),
    versions: (policy, version) => versions(policy, version) ?? live(policy, version),
    place,
  };
  return checkGraph(graph, context);
}

/** Compiles a graph, behind another one where `before` is given, or throws `invalid_graph` with the reason in words. */
export function compile(graph: Graph, versions: VersionLookup, before: Graph | null = null): CompiledGraph {
  try {
    return compileGraph(graph, versions, before);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SignalboxError('invalid_graph', { why: error.message.replace(/\.$/, '') });
  }
}

/**
 * Tries every condition in both evaluators; throws `invalid_graph` where they differ. A graph that cannot be compiled is
 * left to the check, which says more.
 */
export async function requireAgreement(graph: Graph, versions: VersionLookup): Promise<void> {
  let compiled: CompiledGraph;
  try {
    compiled = compileGraph(graph, versions);
  } catch {
    return;
  }
  const [first] = await probe(compiled);
  if (!first) return;
  const facts = JSON.stringify(first.facts);
  throw new SignalboxError('invalid_graph', {
    why: `the two evaluators of conditions do not agree on “${first.port}” of node ${first.node} for ${facts}, which is a fault of Signalbox: please report it`,
  });
}
