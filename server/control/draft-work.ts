/** Whose hand is in a draft, as its saves in the history tell: who only moves things on a drawing is no author. */
import { z } from 'zod';
import type { HistoryRow } from './history.ts';

/** As `saveDraft` writes it: digests. Entries from before policies had tests have none of those. */
const savedSchema = z.object({ graph: z.string(), tests: z.string().optional() });

/** Whether a save changed what is done or tested. Of one whose contents were erased, it is taken to have. */
export function changedWork({ before_json, after_json }: Pick<HistoryRow, 'before_json' | 'after_json'>): boolean {
  const [before, after] = [before_json, after_json].map((json) => savedSchema.safeParse(JSON.parse(json ?? '{}')).data);
  return !before || !after || before.graph !== after.graph || before.tests !== after.tests;
}
