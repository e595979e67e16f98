/** Versions: published graphs whose stored bytes never change, and which of them is live. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Grant } from '../../policies/access/grants.ts';
import type { Problem } from '../../policies/check.ts';
import { projectNodes } from '../../policies/check-project.ts';
import { type Graph, graphSchema, layoutSchema } from '../../policies/graph.ts';
import { policyTestsSchema } from '../../policies/policy-test.ts';
import { SignalboxError } from '../errors.ts';
import { digestsOf } from './approvals.ts';
import { noteEmergency } from './approvals-emergencies.ts';
import { requireLeave } from './approvals-publish.ts';
import { endPublished } from './approvals-steps.ts';
import type { ControlStore } from './control.ts';
import { digestOf } from './digest.ts';
import {
  type ContentColumns,
  contentColumns,
  findDraft,
  type PolicyContent,
  readContent,
  replaceDraft,
  requireRevision,
} from './drafts.ts';
import type { Actor } from './history.ts';
import { momentSchema } from './input.ts';
import { findProject, readOrganisation } from './organisations.ts';
import { findPolicy, type Policy, requireActive } from './policies.ts';

/** Finds the problems of a graph in its organisation. */
export type CheckGraph = (graph: Graph, organisation: string) => readonly Problem[];

const versionFields = {
  policy: z.string(),
  number: z.int(),
  digest: z.string(),
  author: z.string(),
  reason: z.string(),
  at: momentSchema,
};
export const versionSummarySchema = z.object({ ...versionFields, live: z.boolean() });
export const versionSchema = z.object({
  ...versionFields,
  live: z.boolean(),
  graph: graphSchema,
  layout: layoutSchema,
  tests: policyTestsSchema,
});
type VersionSummary = z.infer<typeof versionSummarySchema>;
export type Version = z.infer<typeof versionSchema>;

export interface VersionRow extends ContentColumns {
  readonly policy: string;
  readonly number: number;
  readonly organisation: string;
  readonly project: string | null;
  readonly digest: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

const toVersion = (row: VersionRow, live: number | null): Version => ({
  policy: row.policy,
  number: row.number,
  digest: row.digest,
  author: row.author,
  reason: row.reason,
  at: row.at,
  live: row.number === live,
  ...readContent(row),
});

/** The versions of a policy, the newest first, without their graphs. */
export async function listVersions(db: Knex, organisation: string, policy: string): Promise<VersionSummary[]> {
  const { liveVersion } = await findPolicy(db, organisation, policy);
  const rows = await db<VersionRow>('versions')
    .where({ organisation, policy })
    .orderBy('number', 'desc')
    .select('policy', 'number', 'digest', 'author', 'reason', 'at');
  return rows.map((row) => ({ ...row, live: row.number === liveVersion }));
}

/** One version with its graph, brought up to the schema of today; throws `not_found`. */
export async function findVersion(db: Knex, organisation: string, policy: string, number: number): Promise<Version> {
  const { liveVersion } = await findPolicy(db, organisation, policy);
  return toVersion(await findRow(db, organisation, policy, number), liveVersion);
}

async function findRow(db: Knex, organisation: string, policy: string, number: number): Promise<VersionRow> {
  const row = await db<VersionRow>('versions').where({ organisation, policy, number }).first();
  if (!row) throw new SignalboxError('not_found', { what: 'version of that number' });
  return row;
}

/** Throws `invalid_graph` when the check finds an error; warnings do not stop anyone. */
export function requireSound(check: CheckGraph, graph: Graph, organisation: string): void {
  const problems = check(graph, organisation);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  const why = errors.map((problem) => problem.message.replace(/\.$/, '')).join('; ');
  throw new SignalboxError('invalid_graph', { why, problems });
}

/** Adds a version with these bytes and makes it the live one, inside a change. */
async function addVersion(
  trx: Knex.Transaction,
  actor: Actor,
  content: Pick<VersionRow, 'policy' | 'project' | keyof ContentColumns | 'digest' | 'reason'>,
): Promise<Version> {
  const { policy } = content;
  const last = await trx<VersionRow>('versions').where({ policy }).orderBy('number', 'desc').first('number');
  const number = (last?.number ?? 0) + 1;
  const row: VersionRow = { ...content, number, organisation: actor.organisation, author: actor.id, at: Date.now() };
  await trx('versions').insert(row);
  await trx('policies').where({ id: policy }).update({ live_version: number });
  return toVersion(row, number);
}

/** Why something is published, and the grants of the person who says that it is an emergency; null or none where it is not. */
interface Publishing {
  readonly reason: string;
  readonly emergency?: readonly Grant[] | null;
}

/**
 * Publishes the draft as the next version and makes it live. Throws `conflict` when the draft is not at `revision` any
 * more, `invalid_graph` with the problems when the check finds errors, `policy_archived`, and `approval_missing` or
 * `emergency_not_allowed` by the policy's rule for approval.
 */
export async function publishDraft(
  store: ControlStore,
  actor: Actor,
  check: CheckGraph,
  id: string,
  input: Publishing & { readonly revision: number },
): Promise<Version> {
  const { reason, emergency = null } = input;
  const change = { action: 'version.publish', objectType: 'policy', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const policy = await findPolicy(trx, actor.organisation, id);
    requireActive(policy);
    const draft = await findDraft(trx, actor.organisation, id);
    requireRevision(draft, input.revision);
    requireSound(check, draft.graph, actor.organisation);
    const digests = digestsOf(draft);
    const leave = await requireLeave(trx, actor, id, digests, emergency);
    const { digest } = digests;
    const content = { project: policy.project, ...contentColumns(draft), digest };
    const version = await addVersion(trx, actor, { policy: id, ...content, reason });
    await endPublished(trx, actor, id, version.number);
    if (leave.emergency) await noteEmergency(trx, actor, { policy: id, version: version.number, reason });
    return {
      before: { liveVersion: policy.liveVersion },
      after: { liveVersion: version.number, digest, ...leave },
      value: version,
    };
  });
}

/** Whether two contents are the same but for where things stand. */
export function sameWork(a: PolicyContent, b: PolicyContent): boolean {
  return digestOf(a.graph) === digestOf(b.graph) && digestOf(a.tests) === digestOf(b.tests);
}

/**
 * Publishes the bytes of an old version again, under the next number; its tests come with it and are not run. The draft
 * follows when it held nothing that was not published; work in progress stays as it is. Nobody can have approved it as it is
 * now, so that it is an emergency where approvals are asked for: throws `approval_missing` or `emergency_not_allowed`
 * otherwise. `askToRestore` goes the way of the rule.
 */
export async function restoreVersion(
  store: ControlStore,
  actor: Actor,
  check: CheckGraph,
  id: string,
  input: Publishing & { readonly number: number },
): Promise<Version> {
  const { organisation } = actor;
  const { number, reason, emergency = null } = input;
  const change = { action: 'version.restore', objectType: 'policy', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    const policy = await findPolicy(trx, organisation, id);
    requireActive(policy);
    const old = await findRow(trx, organisation, id, number);
    requireSound(check, toVersion(old, null).graph, organisation);
    const draft = await findDraft(trx, organisation, id);
    const live = policy.liveVersion === null ? null : await findRow(trx, organisation, id, policy.liveVersion);
    const leave = await requireLeave(trx, actor, id, null, emergency);
    const { graph_json, layout_json, tests_json, digest, project } = old;
    const bytes = { graph_json, layout_json, tests_json };
    const version = await addVersion(trx, actor, { policy: id, project, ...bytes, digest, reason });
    if (live !== null && sameWork(draft, readContent(live))) await replaceDraft(trx, actor, draft, version);
    if (leave.emergency) await noteEmergency(trx, actor, { policy: id, version: version.number, reason });
    return {
      before: { liveVersion: policy.liveVersion },
      after: { liveVersion: version.number, digest, restored: number, ...leave },
      value: version,
    };
  });
}

/** Whether the live version of a policy has a way on to the policies of projects, as only the one before all others may. */
async function leavesToProject(db: Knex, { id, liveVersion }: Policy, organisation: string): Promise<boolean> {
  if (liveVersion === null) return false;
  const { graph } = toVersion(await findRow(db, organisation, id, liveVersion), null);
  return projectNodes(graph).length > 0;
}

/**
 * Makes a policy the default of a project, or of the whole organisation (`project` null); null takes the default away.
 * Throws `invalid_input` for a policy without a version, or one of another project, and `policy_archived`.
 */
export async function setDefaultPolicy(
  store: ControlStore,
  actor: Actor,
  input: { readonly project: string | null; readonly policy: string | null; readonly reason: string },
): Promise<void> {
  const { organisation } = actor;
  const { project, policy, reason } = input;
  const objectType = project === null ? 'organisation' : 'project';
  const objectId = project ?? organisation;
  const change = { action: `${objectType}.set_default_policy`, objectType, objectId, reason };
  await store.change(actor, change, async (trx) => {
    const owner =
      project === null ? await readOrganisation(trx, organisation) : await findProject(trx, organisation, project);
    if (policy !== null) {
      const found = await findPolicy(trx, organisation, policy);
      requireActive(found);
      if (found.liveVersion === null) {
        throw new SignalboxError('invalid_input', {
          why: `The policy ${found.name} has no version yet; publish it first`,
        });
      }
      if (await leavesToProject(trx, found, organisation)) {
        throw new SignalboxError('invalid_input', {
          why: `The policy ${found.name} leaves requests to the policies of their projects, so it cannot be one; choose another`,
        });
      }
      if (found.project !== null && found.project !== project) {
        throw new SignalboxError('invalid_input', { why: `The policy ${found.name} belongs to another project` });
      }
    }
    const table = project === null ? 'organisations' : 'projects';
    await trx(table).where({ id: objectId }).update({ default_policy: policy });
    return { before: { defaultPolicy: owner.defaultPolicy }, after: { defaultPolicy: policy }, value: undefined };
  });
}
