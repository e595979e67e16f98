/** What waits for one's own approval, as every page shows it. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

/** How many requests and emergencies wait for the person who looks. */
export const waitingQuery = queryOptions({
  queryKey: ['approvals', 'waiting'],
  refetchInterval: 60_000,
  queryFn: async ({ signal }) => {
    const answer = z.object({ requests: z.number(), emergencies: z.number() });
    const { requests, emergencies } = await ask(answer, '/approvals/waiting', { signal });
    return requests + emergencies;
  },
});
