/** The organisation's own policy: the one that every request goes through before the policy of its project. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { NamedGraph, PolicyPlace } from '../../policies/check-project.ts';
import type { CompiledGraph } from '../../policies/compile.ts';
import { type Graph, graphSchema, layoutSchema, parseGraph } from '../../policies/graph.ts';
import { SignalboxError } from '../errors.ts';
import type { RequestRecord } from '../records/record.ts';
import type { Control, ControlStore } from './control.ts';
import { findDraft } from './drafts.ts';
import type { Actor } from './history.ts';
import { compile } from './house.ts';
import { versionsFor } from './pinned-versions.ts';
import { findPolicy, requireActive } from './policies.ts';
import type { LivePolicy, Snapshot } from './snapshot.ts';
import { type CheckGraph, findVersion, requireSound, type Version } from './versions.ts';

export const organisationPolicySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    title: z.string(),
    version: z.int().meta({ description: 'Its live version, which is the one that runs.' }),
    graph: graphSchema,
    layout: layoutSchema,
  })
  .meta({ id: 'OrganisationPolicy' });
type OrganisationPolicy = z.infer<typeof organisationPolicySchema>;

/** Whether a policy, by its id, is the one that runs before every other one of the organisation. */
export function isMandatory(snapshot: Snapshot, organisation: string, policy: string): boolean {
  return snapshot.organisations.get(organisation)?.mandatoryPolicy === policy;
}

/**
 * The policy that runs before every other one; null where there is none. Throws where it cannot be found: no request may pass
 * it by.
 */
export function mandatoryOf(snapshot: Snapshot, organisation: string): LivePolicy | null {
  const id = snapshot.organisations.get(organisation)?.mandatoryPolicy ?? null;
  if (id === null) return null;
  const policy = snapshot.policies.get(id);
  if (!policy) throw new Error(`The organisation's own policy ${id} has no live version.`);
  return policy;
}

const named = ({ title, graph }: LivePolicy): NamedGraph => ({ title, graph: parseGraph(graph) });

/** Where a policy stands, for its check; null for a graph that is of no policy yet. */
export function placeOf(
  snapshot: Snapshot,
  organisation: string,
  policy: { readonly id: string; readonly project: string | null } | null,
): PolicyPlace {
  const mandatory = mandatoryOf(snapshot, organisation);
  if (mandatory !== null && mandatory.id === policy?.id) return placeBeforeAll(snapshot, organisation, mandatory.id);
  const of = typeof policy?.project === 'string' ? 'project' : 'organisation';
  return { of, before: mandatory && named(mandatory) };
}

/** The place of a policy before all others that are live. */
export function placeBeforeAll(snapshot: Snapshot, organisation: string, id: string | null): PolicyPlace {
  const others = [...snapshot.policies.values()].filter((one) => one.organisation === organisation && one.id !== id);
  return { of: 'everybody', behind: others.map(named) };
}

/** The policy as pages draw it before others; null where there is none. */
export async function readOrganisationPolicy(
  db: Knex,
  snapshot: Snapshot,
  organisation: string,
): Promise<OrganisationPolicy | null> {
  const policy = mandatoryOf(snapshot, organisation);
  if (policy === null) return null;
  const { graph, layout } = await findVersion(db, organisation, policy.id, policy.version);
  return { id: policy.id, name: policy.name, title: policy.title, version: policy.version, graph, layout };
}

/**
 * Makes a policy run before every other one at its live version, and at each one published later; null ends that. `check`
 * finds the problems that its live version has there. Throws `invalid_input` for a policy of a project, one without a
 * version, or one that somebody uses by default, `invalid_graph` where it has problems, and `policy_archived`.
 */
export async function setOrganisationPolicy(
  store: ControlStore,
  actor: Actor,
  check: CheckGraph,
  { policy: id, reason }: { readonly policy: string | null; readonly reason: string },
): Promise<void> {
  const { organisation } = actor;
  const objectType = 'organisation';
  const change = { action: 'organisation.set_mandatory_policy', objectType, objectId: organisation, reason };
  await store.change(actor, change, async (trx) => {
    const [before = null]: (string | null)[] = await trx('organisations')
      .where({ id: organisation })
      .pluck('mandatory_policy');
    if (id !== null) requireSound(check, (await liveVersionFor(trx, organisation, id)).graph, organisation);
    await trx('organisations').where({ id: organisation }).update({ mandatory_policy: id });
    return { before: { mandatoryPolicy: before }, after: { mandatoryPolicy: id }, value: undefined };
  });
}

/** The live version of a policy that may run before all others. Throws as `setOrganisationPolicy` does. */
export async function liveVersionFor(trx: Knex, organisation: string, id: string): Promise<Version> {
  const policy = await findPolicy(trx, organisation, id);
  requireActive(policy);
  const refuse = (why: string): never => {
    throw new SignalboxError('invalid_input', { why });
  };
  if (policy.project !== null)
    refuse(`The policy “${policy.title}” belongs to a project; choose one of the organisation`);
  if (policy.liveVersion === null) return refuse(`The policy “${policy.title}” has no version yet; publish it first`);
  const isDefault =
    (await trx('organisations').where({ id: organisation, default_policy: id }).first()) ??
    (await trx('projects').where({ organisation, default_policy: id }).first());
  if (isDefault) {
    refuse(`The policy “${policy.title}” is what requests go to by default; choose another default for them first`);
  }
  return findVersion(trx, organisation, id, policy.liveVersion);
}

/**
 * The graph that decided a record, ready to run, or that of another `version` of its policy, or of its draft, behind the same
 * organisation's own policy. Null where a version is not there; throws `invalid_graph` for one that cannot be compiled any more.
 */
export async function graphOfRecord(
  db: Knex,
  record: Pick<RequestRecord, 'organisation' | 'policy' | 'version' | 'mandatory'>,
  version: number | 'draft' | null = record.version,
): Promise<CompiledGraph | null> {
  const { organisation, policy, mandatory } = record;
  if (policy === null || version === null) return null;
  try {
    const own =
      version === 'draft'
        ? await findDraft(db, organisation, policy)
        : await findVersion(db, organisation, policy, version);
    const before = mandatory ? await findVersion(db, organisation, mandatory.policy, mandatory.version) : null;
    const graphs = [own.graph, ...(before ? [before.graph] : [])];
    return compile(own.graph, await versionsFor(db, organisation, graphs), before?.graph ?? null);
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'not_found') return null;
    throw error;
  }
}

/**
 * The graph of a policy as requests meet it, behind the organisation's own one; that one itself runs alone. Throws
 * `invalid_graph` for a graph that cannot run.
 */
export async function asRequestsMeetIt(
  { db, snapshot }: Pick<Control, 'db' | 'snapshot'>,
  organisation: string,
  policy: string,
  graph: Graph,
): Promise<CompiledGraph> {
  const mandatory = mandatoryOf(snapshot(), organisation);
  const before = mandatory === null || mandatory.id === policy ? null : parseGraph(mandatory.graph);
  return compile(graph, await versionsFor(db, organisation, [graph, ...(before ? [before] : [])]), before);
}
