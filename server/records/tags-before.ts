/** What a record keeps of tags that rules replace, for a replay to begin with. */
import type { FactValue } from '../../policies/facts.ts';
import type { Tags } from '../../policies/request.ts';

/** Adds to a record's facts the tags that rules have replaced, as they were when the request came in. */
export function addTagsBefore(facts: Record<string, FactValue>, before: Tags, after: Tags): void {
  if (before === after) return;
  for (const [name, tag] of before) {
    if (after.get(name) === tag) continue;
    facts[`tags.${name}`] = tag.value;
    facts[`tag_source.${name}`] = tag.source;
  }
}
