/** Drawings that look for private data and leave some of what they find as it is. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { LeftGroup } from './left-house.ts';

const rulesSchema = z.object({ rules: z.array(z.object({ action: z.string() })) });
const graphSchema = z.object({ nodes: z.array(z.object({ kind: z.string(), settings: z.unknown() })) });

type Path = Pick<LeftGroup, 'policy' | 'version'>;

function onlyReports(json: string): boolean {
  const parsed = graphSchema.safeParse(JSON.parse(json));
  const nodes = parsed.data?.nodes.filter(({ kind }) => kind === 'redact') ?? [];
  return nodes.some(({ settings }) =>
    rulesSchema.safeParse(settings).data?.rules.some(({ action }) => action === 'report'),
  );
}

/** Says of a path whether its drawing leaves some of what it finds as it is. */
export async function reportingVersions(
  db: Knex,
  organisation: string,
  paths: readonly Path[],
): Promise<(path: Path) => boolean> {
  const policies = [...new Set(paths.flatMap(({ policy }) => (policy === null ? [] : [policy])))];
  const wanted = new Set(paths.map(({ policy, version }) => `${policy}@${version}`));
  const reporting = new Set<string>();
  for (const policy of policies) {
    const rows: { number: number; graph_json: string }[] = await db('versions')
      .where({ organisation, policy })
      .whereIn('number', [
        ...new Set(paths.flatMap((one) => (one.policy === policy && one.version !== null ? [one.version] : []))),
      ])
      .select('number', 'graph_json');
    for (const { number, graph_json } of rows)
      if (wanted.has(`${policy}@${number}`) && onlyReports(graph_json)) reporting.add(`${policy}@${number}`);
  }
  return ({ policy, version }) => reporting.has(`${policy}@${version}`);
}
