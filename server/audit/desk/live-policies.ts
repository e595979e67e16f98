/** Which versions were live at a moment, and which policy the requests of each project went to, as the history tells it. */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { HistoryRow } from '../../control/history.ts';

export interface LiveThen {
  /** Id of the policy. */
  readonly policy: string;
  readonly version: number;
  /** SHA-256 of its drawing; null where that was erased. */
  readonly digest: string | null;
  /** Id of who published it. */
  readonly publishedBy: string;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** The entry that says so. */
  readonly sequence: number;
  /** Whether it was put away by then, so that it served no request. */
  readonly archived: boolean;
}

export interface DefaultThen {
  /** Id of the policy; null for none. */
  readonly policy: string | null;
  /** The entry that made it so; null where nobody ever chose one. */
  readonly sequence: number | null;
}

export interface PoliciesThen {
  readonly policies: readonly LiveThen[];
  /** What went before every policy; null for nothing. */
  readonly mandatory: DefaultThen;
  /** Where the requests of projects without a policy of their own went. */
  readonly organisation: DefaultThen;
  /** Projects that were there, each with what was chosen for it. */
  readonly projects: readonly (DefaultThen & { readonly project: string })[];
}

const ACTIONS = [
  'version.publish',
  'version.restore',
  'policy.archive',
  'policy.unarchive',
  'project.create',
  'project.set_default_policy',
  'organisation.set_default_policy',
  'organisation.set_mandatory_policy',
] as const;

const afterSchema = z.object({
  liveVersion: z.number().optional(),
  digest: z.string().optional(),
  defaultPolicy: z.string().nullish(),
  mandatoryPolicy: z.string().nullish(),
});

const NOTHING: DefaultThen = { policy: null, sequence: null };

/** What was live at a moment, in milliseconds since 1970; whoever asks may ask about the future, and gets what is live now. */
export async function policiesAt(db: Knex, organisation: string, at: number): Promise<PoliciesThen> {
  const rows: HistoryRow[] = await db<HistoryRow>('history')
    .where({ organisation })
    .whereIn('action', [...ACTIONS])
    .where('at', '<=', at)
    .orderBy('sequence');
  const policies = new Map<string, LiveThen>();
  const projects = new Map<string, DefaultThen>();
  let chosen = NOTHING;
  let mandatory = NOTHING;
  for (const row of rows) {
    const { action, object_id: id, sequence } = row;
    const after = afterSchema.parse(JSON.parse(row.after_json ?? '{}'));
    const known = policies.get(id);
    if (action === 'project.create') projects.set(id, NOTHING);
    else if (action === 'project.set_default_policy')
      projects.set(id, { policy: after.defaultPolicy ?? null, sequence });
    else if (action === 'organisation.set_default_policy') chosen = { policy: after.defaultPolicy ?? null, sequence };
    else if (action === 'organisation.set_mandatory_policy')
      mandatory = { policy: after.mandatoryPolicy ?? null, sequence };
    else if (action === 'policy.archive' || action === 'policy.unarchive') {
      if (known) policies.set(id, { ...known, archived: action === 'policy.archive' });
    } else {
      policies.set(id, {
        policy: id,
        // Of an entry whose contents were erased, the number is known all the same: versions are counted.
        version: after.liveVersion ?? (known?.version ?? 0) + 1,
        digest: after.digest ?? null,
        publishedBy: row.actor,
        publishedAt: row.at,
        sequence,
        archived: false,
      });
    }
  }
  return {
    policies: [...policies.values()],
    mandatory,
    organisation: chosen,
    projects: [...projects].map(([project, own]) => ({ project, ...own })),
  };
}
