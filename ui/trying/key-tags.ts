/** The tags that a request has when it reaches a policy: those that its key sets, and those that the app sends. */
import { TAG_NAME } from '../../policies/facts.ts';
import type { Tag } from '../../policies/request.ts';
import type { HouseAnswer } from '../api/house.ts';
import type { TagRow } from './trial.ts';

type Key = HouseAnswer['keys'][number];

/** Tags that a key sets whatever the app sends: those that it fixes, and the team of its project. */
export function tagsOfKey(key: Key, { projects, teams }: HouseAnswer): Map<string, string> {
  const project = projects.find(({ id }) => id === key.project);
  const team = teams.find(({ id }) => id === project?.team);
  const tags = new Map<string, string>();
  if (team && !Object.hasOwn(key.tagChoices, 'team')) tags.set('team', team.name);
  for (const [name, value] of Object.entries(key.fixedTags)) tags.set(name, value);
  return tags;
}

export interface SentTags {
  readonly tags: ReadonlyMap<string, Tag>;
  /** Why the gateway would not take the request, in sentences; empty where it would. */
  readonly refusals: readonly string[];
}

/** What comes of the tags that an app sends with a key; with none, they stand as they were sent. */
export function tagsSent(key: Key | undefined, rows: readonly TagRow[], house: HouseAnswer): SentTags {
  const tags = new Map<string, Tag>();
  const refusals: string[] = [];
  const set = key ? tagsOfKey(key, house) : new Map<string, string>();
  if (key && Object.hasOwn(key.tagChoices, 'team')) {
    const project = house.projects.find(({ id }) => id === key.project);
    const team = house.teams.find(({ id }) => id === project?.team);
    if (team) tags.set('team', { value: team.name, source: 'key' });
  }
  for (const { name, value } of rows) {
    if (name === '' && value === '') continue;
    if (!TAG_NAME.test(name)) {
      refusals.push(
        `“${name}” cannot be the name of a tag: begin with a letter, then letters, digits, “_”, “-” or “.”, at most 64.`,
      );
      continue;
    }
    if (value.length > 256) refusals.push(`The value of the tag “${name}” is longer than 256 characters.`);
    if (value === '' || set.has(name)) continue;
    const choices = key && Object.hasOwn(key.tagChoices, name) ? key.tagChoices[name] : undefined;
    if (choices && !choices.includes(value)) {
      refusals.push(`With this key the tag “${name}” can be ${choices.join(', ')}; it cannot be “${value}”.`);
    }
    tags.set(name, { value, source: 'caller' });
  }
  for (const [name, value] of set) tags.set(name, { value, source: 'key' });
  for (const name of key?.requiredTags ?? []) {
    if (!tags.has(name)) refusals.push(`This key asks for the tag “${name}”. Add it, or choose another key.`);
  }
  return { tags, refusals };
}
