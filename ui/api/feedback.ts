/** What apps said of the answers of a policy. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const total = z.object({
  version: z.number().nullable(),
  /** The model that answered; null where none did. */
  model: z.string().nullable(),
  count: z.number(),
  /** From -1 (bad) to 1 (good). */
  mean: z.number(),
});
export type FeedbackTotal = z.infer<typeof total>;

/** Sums by version, model and variant, the newest version first. */
export const feedbackQuery = (policy: string) =>
  queryOptions({
    queryKey: ['feedback', policy],
    queryFn: async ({ signal }) => {
      const answer = z.object({ feedback: z.array(total) });
      return (await ask(answer, `/feedback?policy=${encodeURIComponent(policy)}`, { signal })).feedback;
    },
  });
