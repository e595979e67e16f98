/** Records as they are told to whoever asks: nothing in them says what a budget stood at that they may not see. */
import { traceSeen } from '../../policies/unseen.ts';
import type { RecordStore } from '../records/record.ts';
import { heldSight } from './budget-parts.ts';
import type { RouteContext } from './route.ts';

/** The records of the store for a route to answer with; whatever its answer is made from is read by this. */
export function recordsSeen({ control, deps, actor }: RouteContext): Pick<RecordStore, 'get' | 'list'> {
  const { records } = deps;
  const seenOf = heldSight(control.snapshot(), actor);
  if (!seenOf) return records;
  return {
    async get(organisation, id) {
      const record = await records.get(organisation, id);
      return record && { ...record, trace: traceSeen(record.trace, seenOf) };
    },
    async list(filter, limit) {
      const page = await records.list(filter, limit);
      return { ...page, records: page.records.map((one) => ({ ...one, trace: traceSeen(one.trace, seenOf) })) };
    },
  };
}
