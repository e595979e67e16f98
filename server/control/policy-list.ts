/** All policies at a glance: how their drafts stand, and what went through them lately. */
import { setImmediate } from 'node:timers/promises';
import type { Knex } from 'knex';
import { z } from 'zod';
import { mayIn } from '../../policies/access/ability.ts';
import { findKind } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';
import { policyPlace } from '../access/places.ts';
import type { Control } from './control.ts';
import { digestOf } from './digest.ts';
import { type ContentColumns, readContent } from './drafts.ts';
import { checkIn } from './house.ts';
import { momentSchema } from './input.ts';
import { mandatoryOf, placeOf } from './organisation-policy.ts';
import { versionsFor } from './pinned-versions.ts';
import { type PolicyRow, policySchema, toPolicy } from './policies.ts';
import type { ControlDeps, RouteContext } from './route.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export const listedPolicySchema = z
  .object({
    ...policySchema.shape,
    draft: z.object({
      revision: z.int(),
      owner: z.string().meta({ description: 'Id of the person who saved it last.' }),
      updatedAt: momentSchema,
      differs: z
        .boolean()
        .meta({ description: 'Whether its graph or its tests are others than those of the live version.' }),
    }),
    problems: z
      .object({ errors: z.int(), warnings: z.int() })
      .meta({ description: 'What the check finds in the draft.' }),
    budgets: z
      .array(z.string())
      .meta({ description: 'Ids of the budgets that its draft or its live version spends from.' }),
    traffic: z
      .object({ requests: z.int(), errors: z.int(), cost: z.int().meta({ description: 'Nano-dollars.' }) })
      .nullable()
      .meta({
        description: 'Of the last 24 hours, the first of which counts whole; null for those who may not see it.',
      }),
  })
  .meta({ id: 'ListedPolicy' });
type ListedPolicy = z.infer<typeof listedPolicySchema>;

interface Row extends PolicyRow {
  readonly revision: number;
  readonly owner: string;
  readonly updated_at: number;
}

/** What can be said of a draft without looking at it again. */
interface Findings {
  /** The draft, the version and the house of which it is said. */
  readonly of: string;
  readonly differs: boolean;
  readonly problems: ListedPolicy['problems'];
  readonly budgets: ListedPolicy['budgets'];
}

const NO_FINDINGS = { differs: false, problems: { errors: 0, warnings: 0 }, budgets: [] };

/** Findings by policy: a check takes half a millisecond, which is too long for all policies each time. */
const known = new WeakMap<Control, Map<string, Findings>>();

/** All policies of the organisation, by name. */
export async function listPolicies({ control, deps, actor }: RouteContext): Promise<ListedPolicy[]> {
  const { organisation, ability } = actor;
  const snapshot = control.snapshot();
  const all: Row[] = await control
    .db('policies')
    .join('drafts', 'drafts.policy', 'policies.id')
    .where('policies.organisation', organisation)
    .orderBy('policies.name')
    .select('policies.*', 'drafts.revision', 'drafts.owner', 'drafts.updated_at');
  const rows = all.filter((row) => mayIn(ability, 'read policy', policyPlace(snapshot, row)));
  const [findings, traffic] = await Promise.all([
    findingsOf(control, deps, organisation, rows),
    deps.records.traffic(organisation, Date.now() - DAY_MS),
  ]);
  const trafficOf = new Map(traffic.map(({ policy, ...counts }) => [policy, counts]));
  return rows.map((row) => {
    const { differs, problems, budgets } = findings.get(row.id) ?? NO_FINDINGS;
    return {
      ...toPolicy(row),
      draft: { revision: row.revision, owner: row.owner, updatedAt: row.updated_at, differs },
      problems,
      budgets,
      traffic: mayIn(ability, 'read usage', policyPlace(snapshot, row))
        ? (trafficOf.get(row.id) ?? { requests: 0, errors: 0, cost: 0 })
        : null,
    };
  });
}

/** Looks at the drafts that have changed since the last time, or whose house has. */
async function findingsOf(
  control: Control,
  deps: ControlDeps,
  organisation: string,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, Findings>> {
  const findings = known.get(control) ?? new Map<string, Findings>();
  known.set(control, findings);
  const snapshot = control.snapshot();
  const house = houseAsChecked(snapshot, deps, organisation);
  const state = (row: Row): string => `${row.revision} ${row.live_version} ${house}`;
  const changed = rows.filter((row) => findings.get(row.id)?.of !== state(row));
  const contents = await contentsOf(
    control.db,
    changed.map((row) => row.id),
  );
  const drafts = new Map([...contents].map(([id, { draft }]) => [id, readContent(draft)]));
  const versions = await versionsFor(
    control.db,
    organisation,
    [...drafts.values()].map(({ graph }) => graph),
  );
  for (const row of changed) {
    const content = contents.get(row.id);
    const draft = drafts.get(row.id);
    if (!content || !draft) continue;
    const { graph, tests } = draft;
    const live = content.live && readContent(content.live);
    const place = placeOf(snapshot, organisation, row);
    const problems = checkIn(snapshot, deps, graph, organisation, versions, place);
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    findings.set(row.id, {
      of: state(row),
      differs: live === null || digestOf([graph, tests]) !== digestOf([live.graph, live.tests]),
      problems: { errors, warnings: problems.length - errors },
      budgets: [...new Set([...budgetsOf(graph), ...(live ? budgetsOf(live.graph) : [])])],
    });
    // Requests that wait go first.
    await setImmediate();
  }
  return findings;
}

const budgetsOf = (graph: Graph): readonly string[] =>
  graph.nodes.flatMap(({ kind, settings }) => {
    const bound = findKind(kind)?.bind(settings);
    return bound?.ok ? (bound.node.budgets ?? []) : [];
  });

/** All of the house that a check looks at, as a digest: a save of one draft is no change for the others. */
function houseAsChecked(snapshot: ReturnType<Control['snapshot']>, deps: ControlDeps, organisation: string): string {
  const ofOrganisation = (one: { readonly organisation: string }) => one.organisation === organisation;
  const mandatory = mandatoryOf(snapshot, organisation);
  return digestOf([
    mandatory && [
      mandatory.id,
      mandatory.version,
      [...snapshot.policies.values()].map(({ id, version }) => [id, version]),
    ],
    deps.models(organisation).models.map(({ id, price }) => [id, price === null]),
    snapshot.prices.filter(ofOrganisation).map(({ model, effectiveFrom }) => [model, effectiveFrom]),
    [...snapshot.budgets.values()].filter(ofOrganisation).map(({ id, revision }) => [id, revision]),
    [...snapshot.keys.values()]
      .filter((key) => ofOrganisation(key) && !key.revoked)
      .map(({ fixedTags, tagChoices }) => [Object.keys(fixedTags), Object.keys(tagChoices)]),
  ]);
}

type Contents = Map<string, { readonly draft: ContentColumns; readonly live: ContentColumns | null }>;

async function contentsOf(db: Knex, policies: readonly string[]): Promise<Contents> {
  const columns = ['graph_json', 'layout_json', 'tests_json'];
  const drafts: (ContentColumns & { policy: string })[] = await db('drafts')
    .whereIn('policy', policies)
    .select('policy', ...columns);
  const versions: (ContentColumns & { policy: string })[] = await db('versions')
    .join('policies', (on) => on.on('policies.id', 'versions.policy').andOn('policies.live_version', 'versions.number'))
    .whereIn('versions.policy', policies)
    .select('versions.policy', ...columns);
  const live = new Map(versions.map((version) => [version.policy, version]));
  return new Map(drafts.map((draft) => [draft.policy, { draft, live: live.get(draft.policy) ?? null }]));
}
