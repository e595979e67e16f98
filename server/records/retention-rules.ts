/** What is to go because it is old enough, as the settings of organisations and projects say. */
import { type ContentSetting, settingFor } from '../control/content-settings.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { Target } from './retention-runs.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is kept of some projects alike, and for how long. */
export interface Rule extends Pick<ContentSetting, 'contentDays' | 'recordDays'> {
  readonly projects: readonly string[];
}

/** The rules of an organisation by which anything ever goes. Projects with the same days are in one. */
export function rulesOf(
  { projects, contentSettings }: Pick<Snapshot, 'projects' | 'contentSettings'>,
  organisation: string,
): Rule[] {
  const rules = new Map<string, Rule & { readonly projects: string[] }>();
  for (const [id, project] of [...projects].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (project.organisation !== organisation) continue;
    const { contentDays, recordDays } = settingFor(contentSettings, organisation, id);
    if (contentDays === null && recordDays === null) continue;
    const key = `${contentDays} ${recordDays}`;
    const rule = rules.get(key) ?? { projects: [], contentDays, recordDays };
    rule.projects.push(id);
    rules.set(key, rule);
  }
  return [...rules.values()];
}

/** What a rule takes at a moment, in milliseconds since 1970: records first, since their contents go with them. */
export function targetsOf({ projects, contentDays, recordDays }: Rule, now: number): Target[] {
  const target = (what: Target['what'], days: number | null): Target[] =>
    days === null ? [] : [{ what, projects: [...projects], tag: null, before: now - days * DAY_MS }];
  return [...target('record', recordDays), ...target('content', contentDays === recordDays ? null : contentDays)];
}

/** Why a rule deletes, as the history says it. */
export const sayRules = (rules: readonly Rule[]): string =>
  `Older than the settings say: ${rules
    .map(({ contentDays, recordDays }) =>
      [
        ...(contentDays === null ? [] : [`contents after ${contentDays} days`]),
        ...(recordDays === null ? [] : [`records after ${recordDays} days`]),
      ].join(' and '),
    )
    .join('; ')}.`;
