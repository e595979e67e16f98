/** What a record keeps of tags that rules replace, for a replay to begin with. */
import type { Tags } from '../../policies/request.ts';
import type { RequestRecord } from './record.ts';

const NOTHING: RequestRecord['facts'] = {};

/** Tags that rules have replaced, as they were when the request came in; kept among the record's facts. */
export function tagsBefore(before: Tags, after: Tags): RequestRecord['facts'] {
  if (before === after) return NOTHING;
  let facts = NOTHING;
  for (const [name, tag] of before) {
    if (after.get(name) === tag) continue;
    facts = { ...facts, [`tags.${name}`]: tag.value, [`tag_source.${name}`]: tag.source };
  }
  return facts;
}
