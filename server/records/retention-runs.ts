/** Deletions of many records, as they are written down beside the records: what is to go, how far each is, and which are open. */
import type { Knex } from 'knex';
import { z } from 'zod';

/** Which records lose what. */
const targetSchema = z.object({
  what: z.enum(['content', 'record']),
  /** Null for those of all projects. */
  projects: z.array(z.string()).nullable(),
  /** Null for those with any tags. */
  tag: z.object({ name: z.string(), value: z.string() }).nullable(),
  /** Only those that began before, milliseconds since 1970. */
  before: z.number(),
});
export type Target = z.infer<typeof targetSchema>;

export const runSchema = z.object({
  id: z.string(),
  organisation: z.string(),
  /** By age, as the settings say; or because somebody asked for it. */
  kind: z.enum(['age', 'request']),
  actor: z.string(),
  reason: z.string(),
  beganAt: z.number(),
  /** Null while it is under way. */
  endedAt: z.number().nullable(),
  /** The name of the tag that was asked for, and the project; null where it is of all. */
  tag: z.string().nullable(),
  project: z.string().nullable(),
  /** Requests that were found beforehand; null where nobody has counted them. */
  expected: z.number().nullable(),
  /** Contents and records that are deleted so far. */
  contents: z.number(),
  records: z.number(),
});
export type DeletionRun = z.infer<typeof runSchema>;

/** A run that is under way. */
export type OpenRun = DeletionRun & { readonly targets: readonly Target[] };

interface RunRow extends Omit<DeletionRun, 'beganAt' | 'endedAt'> {
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly targets_json: string | null;
}

const toRun = ({ began_at, ended_at, ...row }: RunRow): DeletionRun =>
  runSchema.parse({ ...row, beganAt: began_at, endedAt: ended_at });

/** Writes down that a run has begun. */
export async function insertRun(records: Knex, { beganAt, endedAt, targets, ...run }: OpenRun): Promise<void> {
  const row = { ...run, began_at: beganAt, ended_at: endedAt, targets_json: JSON.stringify(targets) };
  await records<RunRow>('deletion_runs').insert(row);
}

/** Runs that are under way, the oldest first. */
export async function openRuns(records: Knex): Promise<OpenRun[]> {
  const rows: RunRow[] = await records<RunRow>('deletion_runs').whereNull('ended_at').orderBy(['began_at', 'id']);
  return rows.map((row) => ({
    ...toRun(row),
    targets: z.array(targetSchema).parse(JSON.parse(row.targets_json ?? '[]')),
  }));
}

/** An organisation's runs, the newest first. */
export async function newestRuns(records: Knex, organisation: string, limit: number): Promise<DeletionRun[]> {
  const rows: RunRow[] = await records<RunRow>('deletion_runs')
    .where({ organisation })
    .orderBy([
      { column: 'began_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit);
  return rows.map(toRun);
}

/** Ends a run. What was to be deleted is forgotten, since it can name a person. */
export async function endRun(records: Knex, id: string, now: number): Promise<void> {
  await records<RunRow>('deletion_runs').where({ id }).update({ ended_at: now, targets_json: null });
}
