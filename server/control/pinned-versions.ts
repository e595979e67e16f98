/** The versions of other policies that graphs go on in: their bytes never change, so that once found they stay as they are. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type Graph, graphSchema, parseGraph } from '../../policies/graph.ts';
import type { PinnedVersion } from '../../policies/kinds/kind.ts';
import { type FoundVersion, pinnedIn, type VersionLookup } from '../../policies/pinned.ts';

/** A version by its key, `policy@number`; only within its organisation can it be entered. */
export type PinnedVersions = ReadonlyMap<string, FoundVersion & { readonly organisation: string }>;

export const pinnedVersionSchema = z
  .object({ policy: z.string(), version: z.int(), name: z.string(), graph: graphSchema })
  .meta({ id: 'PinnedVersion' });

const keyOf = ({ policy, version }: PinnedVersion): string => `${policy}@${version}`;

interface Row {
  readonly policy: string;
  readonly number: number;
  readonly organisation: string;
  readonly name: string;
  readonly graph_json: string;
}

/** Those that are wanted, and those that they go on in themselves; `known` ones are not read again. */
export async function pinnedVersions(
  db: Knex,
  wanted: readonly PinnedVersion[],
  known: PinnedVersions = new Map(),
): Promise<PinnedVersions> {
  const found = new Map<string, FoundVersion & { readonly organisation: string }>();
  const asked = new Set<string>();
  let next = [...wanted];
  while (next.length > 0) {
    const wave = new Map(next.filter((one) => !asked.has(keyOf(one))).map((one) => [keyOf(one), one]));
    for (const key of wave.keys()) asked.add(key);
    const unknown = [...wave.values()].filter((one) => !known.has(keyOf(one)));
    for (const row of await rowsOf(db, unknown)) {
      const { policy, number: version, organisation, name, graph_json } = row;
      found.set(keyOf({ policy, version }), { organisation, name, graph: parseGraph(JSON.parse(graph_json)) });
    }
    for (const key of wave.keys()) {
      const before = known.get(key);
      if (before) found.set(key, before);
    }
    next = [...wave.keys()].flatMap((key) => {
      const version = found.get(key);
      return version ? pinnedIn(version.graph) : [];
    });
  }
  return found;
}

/** Rows in one question: each takes two parameters. */
const AT_ONCE = 200;

async function rowsOf(db: Knex, wanted: readonly PinnedVersion[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let i = 0; i < wanted.length; i += AT_ONCE) {
    const some = wanted.slice(i, i + AT_ONCE).map(({ policy, version }) => [policy, version]);
    rows.push(
      ...(await db('versions')
        .join('policies', 'policies.id', 'versions.policy')
        .whereIn(['versions.policy', 'versions.number'], some)
        .select<Row[]>(
          'versions.policy',
          'versions.number',
          'versions.organisation',
          'policies.name',
          'versions.graph_json',
        )),
    );
  }
  return rows;
}

/** Finds versions of one organisation. */
export function lookupIn(versions: PinnedVersions, organisation: string): VersionLookup {
  return (policy, version) => {
    const found = versions.get(keyOf({ policy, version }));
    return found?.organisation === organisation ? found : undefined;
  };
}

/** Finds all versions that these graphs go on in. */
export async function versionsFor(db: Knex, organisation: string, graphs: readonly Graph[]): Promise<VersionLookup> {
  const wanted = graphs.flatMap(pinnedIn);
  return lookupIn(wanted.length === 0 ? new Map() : await pinnedVersions(db, wanted), organisation);
}

/** The graphs among stored ones that go on in other policies. */
export function pinnedInStored(graphs: readonly string[]): PinnedVersion[] {
  return graphs.flatMap((json) => (json.includes('"policy"') ? pinnedIn(parseGraph(JSON.parse(json))) : []));
}
