/** What a replay needs of a record. */
import type { Recorded } from '../../policies/replay.ts';
import type { Tag, Tags } from '../../policies/request.ts';
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

/** The record as a replay takes it: with its tags as they came in. */
export function recordedOf(record: RequestRecord): Recorded {
  const tags = new Map<string, Tag>();
  for (const [name, tag] of Object.entries(record.tags)) {
    if (tag.source !== 'rule') tags.set(name, tag);
  }
  for (const [fact, value] of Object.entries(record.facts)) {
    if (!fact.startsWith('tags.') || typeof value !== 'string') continue;
    const name = fact.slice(5);
    const source = record.facts[`tag_source.${name}`];
    tags.set(name, { value, source: source === 'key' ? 'key' : 'caller' });
  }
  return { trace: record.trace, tags, now: record.at, facts: record.facts };
}
