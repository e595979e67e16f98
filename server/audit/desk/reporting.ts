/** Drawings that look for private data and leave some of what they find as it is. */
import type { Knex } from 'knex';
import { z } from 'zod';

const rulesSchema = z.object({
  rules: z.array(z.object({ action: z.string(), detect: z.string().optional(), name: z.string().optional() })),
});
const graphSchema = z.object({ nodes: z.array(z.object({ kind: z.string(), settings: z.unknown() })) });

interface Path {
  readonly policy: string | null;
  readonly version: number | null;
}

/** Gives the kinds of private data that the drawing of a version reports and leaves as they are. */
export type ReportedKinds = (path: Path) => ReadonlySet<string> | Promise<ReadonlySet<string>>;

const NONE: ReadonlySet<string> = new Set();

function kindsIn(json: string): ReadonlySet<string> {
  const { nodes = [] } = graphSchema.safeParse(JSON.parse(json)).data ?? {};
  const rules = nodes.flatMap(({ kind, settings }) =>
    kind === 'redact' ? (rulesSchema.safeParse(settings).data?.rules ?? []) : [],
  );
  return new Set(rules.flatMap(({ action, detect, name }) => (action === 'report' ? (detect ?? name ?? []) : [])));
}

/** Reads each version once. */
export function reportedKinds(db: Knex, organisation: string): ReportedKinds {
  const known = new Map<string, ReadonlySet<string>>();
  return ({ policy, version }) => {
    if (policy === null || version === null) return NONE;
    const key = `${policy}@${version}`;
    const kinds = known.get(key);
    if (kinds) return kinds;
    return db('versions')
      .where({ organisation, policy, number: version })
      .first<{ graph_json: string } | undefined>('graph_json')
      .then((row) => {
        const read = row ? kindsIn(row.graph_json) : NONE;
        known.set(key, read);
        return read;
      });
  };
}
