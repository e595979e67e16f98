/** From what usage is told of to the requests behind it. */

import { RECORD_STATUSES } from '../../policies/record-status.ts';
import type { UsageCondition } from '../api/usage.ts';
import type { RequestsFilter } from '../app/addresses.ts';

/** What is a tag of the same name in requests. */
const TAGS: ReadonlySet<string> = new Set(['team', 'user', 'usage', 'workflow', 'agent']);

/** A condition as it stands in an address: `team=Search`. */
export const writeCondition = ({ by, is }: UsageCondition): string => `${by}=${is}`;

/** Reads a condition of an address; null where it is none. */
export function readCondition(text: string): UsageCondition | null {
  const place = text.indexOf('=');
  return place < 1 ? null : { by: text.slice(0, place), is: text.slice(place + 1) };
}

/** The list of requests that meet all conditions; null where that list cannot be narrowed to them. */
export function requestsBehind(
  conditions: readonly UsageCondition[],
  time: { readonly from: number; readonly to?: number | undefined },
): RequestsFilter | null {
  const tags: string[] = [];
  let filter: RequestsFilter = { from: time.from, ...(time.to === undefined ? {} : { to: time.to }) };
  for (const { by, is } of conditions) {
    if (is === '') return null;
    const [policy, version] = [is.slice(0, is.lastIndexOf('@')), Number(is.slice(is.lastIndexOf('@') + 1))];
    const status = RECORD_STATUSES.find((one) => one === is);
    if (TAGS.has(by)) tags.push(`${by}=${is}`);
    else if (by.startsWith('tag:')) tags.push(`${by.slice('tag:'.length)}=${is}`);
    else if (by === 'model') filter = { ...filter, model: is };
    else if (by === 'project') filter = { ...filter, project: is };
    else if (by === 'policy') filter = { ...filter, policy: is };
    else if (by === 'version' && version >= 1) filter = { ...filter, policy, version };
    else if (by === 'status' && status) filter = { ...filter, status };
    else return null;
  }
  const [tag] = tags;
  return tag === undefined ? filter : { ...filter, tag: tags.length > 1 ? tags : tag };
}
