/**
 * What is kept of what requests send and are answered, and for how long: one setting for the organisation, and one for each
 * project that has its own. A change acts on the next request, and says nothing of what was stored before.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { findProject } from './organisations.ts';

/**
 * `full`: as the app sent it, before anything was redacted, and the answer as the app got it. `redacted`: as it was sent to
 * the model. `none`: nothing.
 */
const CONTENT_FORMS = ['full', 'redacted', 'none'] as const;
export type ContentForm = (typeof CONTENT_FORMS)[number];

/** Days from the start of a request; null for ever. Ten years at most. */
const days = z.int().min(1).max(3653).nullable();

export const contentSettingSchema = z
  .strictObject({
    content: z.enum(CONTENT_FORMS).meta({
      description:
        '`full`: as the app sent it, before anything was redacted; `redacted`: as the model got it; `none`: nothing.',
    }),
    contentDays: days.meta({ description: 'Days that contents are kept; null for ever.' }),
    recordDays: days.meta({ description: 'Days that records are kept; null for ever.' }),
  })
  .refine(({ contentDays, recordDays }) => recordDays === null || (contentDays !== null && contentDays <= recordDays), {
    path: ['contentDays'],
    message: 'Content goes with its record, so it cannot be kept for longer than that: give it as many days, or fewer',
  });
export type ContentSetting = z.infer<typeof contentSettingSchema>;

/** What counts where nothing was set. */
export const FIRST_SETTING: ContentSetting = { content: 'redacted', contentDays: null, recordDays: null };

export interface ContentSettingRow {
  readonly organisation: string;
  /** Empty for the organisation's own. */
  readonly project: string;
  readonly content: string;
  readonly content_days: number | null;
  readonly record_days: number | null;
}

/** Settings by the id of the project or the organisation that they are of. */
export type ContentSettings = ReadonlyMap<string, ContentSetting>;

export const contentSettingsOf = (rows: readonly ContentSettingRow[]): ContentSettings =>
  new Map(rows.map((row) => [row.project || row.organisation, toSetting(row)]));

const toSetting = ({ content, content_days, record_days }: ContentSettingRow): ContentSetting =>
  contentSettingSchema.parse({ content, contentDays: content_days, recordDays: record_days });

/** What counts for a project. */
export const settingFor = (settings: ContentSettings, organisation: string, project: string): ContentSetting =>
  settings.get(project) ?? settings.get(organisation) ?? FIRST_SETTING;

const own = (db: Knex, organisation: string, project: string | null) =>
  db<ContentSettingRow>('content_settings').where({ organisation, project: project ?? '' });

/**
 * Sets what is kept of a project's requests, or of those of all projects without settings of their own (`project` null). A
 * `setting` of null takes a project's own away. Throws `not_found` for a project that is not there.
 */
export async function setContent(
  store: ControlStore,
  actor: Actor,
  project: string | null,
  setting: ContentSetting | null,
  reason: string,
): Promise<void> {
  const { organisation } = actor;
  if (project !== null) await findProject(store.db, organisation, project);
  const [objectType, objectId] = project === null ? ['organisation', organisation] : ['project', project];
  await store.change(actor, { action: `${objectType}.set_content`, objectType, objectId, reason }, async (trx) => {
    const before = await own(trx, organisation, project).first();
    if (setting === null) await own(trx, organisation, project).delete();
    else {
      const { content, contentDays: content_days, recordDays: record_days } = setting;
      const row = { organisation, project: project ?? '', content, content_days, record_days };
      await trx('content_settings').insert(row).onConflict(['organisation', 'project']).merge();
    }
    return { before: before ? toSetting(before) : null, after: setting, value: undefined };
  });
}
