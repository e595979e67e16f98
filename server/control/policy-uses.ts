/** Where versions of a policy are used: other policies that requests go on from. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { parseGraph } from '../../policies/graph.ts';
import { pinnedIn } from '../../policies/pinned.ts';
import { findPolicy } from './policies.ts';

export const policyUseSchema = z
  .object({
    policy: z.string(),
    name: z.string(),
    /** Null for its draft. */
    version: z.int().nullable().meta({ description: 'The version that goes on in it; null for the draft.' }),
    live: z.boolean(),
    uses: z.int().meta({ description: 'The version of this policy in which requests go on.' }),
  })
  .meta({ id: 'PolicyUse' });
export type PolicyUse = z.infer<typeof policyUseSchema>;

interface Row {
  readonly policy: string;
  readonly name: string;
  readonly number: number | null;
  readonly live_version: number | null;
  readonly graph_json: string;
}

/** By name, and within a policy the draft first, then the newest version. Throws `not_found`. */
export async function policyUses(db: Knex, organisation: string, policy: string): Promise<PolicyUse[]> {
  await findPolicy(db, organisation, policy);
  const from = (table: 'versions' | 'drafts', number: Knex.Raw | string) =>
    db(table)
      .join('policies', 'policies.id', `${table}.policy`)
      .where('policies.organisation', organisation)
      .where(`${table}.graph_json`, 'like', `%"${policy}"%`)
      .select<Row[]>(`${table}.policy`, 'policies.name', 'policies.live_version', `${table}.graph_json`, number);
  const rows = [
    ...(await from('drafts', db.raw('NULL AS number'))),
    ...(await from('versions', 'versions.number').orderBy('versions.number', 'desc')),
  ];
  const uses = rows.flatMap((row) => {
    const versions = pinnedIn(parseGraph(JSON.parse(row.graph_json)))
      .filter((one) => one.policy === policy)
      .map(({ version }) => version);
    return [...new Set(versions)].map((used) => ({
      policy: row.policy,
      name: row.name,
      version: row.number,
      live: row.number !== null && row.number === row.live_version,
      uses: used,
    }));
  });
  return uses.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
