/** Records of requests with all that deciding them again needs. */
import { z } from 'zod';
import { type ReplayInput, replayInputSchema } from '../../policies/impact.ts';
import { ask } from './client.ts';

const PAGE = 500;
const answer = z.object({ records: z.array(replayInputSchema), next: z.string().nullable() });

/** The newest `most` records of a policy. `onPage` is told how many there are so far. */
export async function replayableRecords(
  policy: string,
  most: number,
  signal: AbortSignal,
  onPage: (count: number) => void,
): Promise<readonly ReplayInput[]> {
  const records: ReplayInput[] = [];
  let before: string | null = null;
  do {
    const query = new URLSearchParams({ policy, limit: String(PAGE), ...(before === null ? {} : { before }) });
    const page: z.output<typeof answer> = await ask(answer, `/records/replayable?${query}`, { signal });
    records.push(...page.records);
    before = page.next;
    onPage(Math.min(records.length, most));
  } while (before !== null && records.length < most);
  return records.slice(0, most);
}
