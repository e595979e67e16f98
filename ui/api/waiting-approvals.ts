/** What of approvals waits for the person who looks, as every page shows it. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const waiting = z.object({
  requests: z.number(),
  emergencies: z.number(),
  /** Ids of one's own requests that were answered a short while ago, or can be published. */
  answers: z.array(z.string()),
});

/** Requests and emergencies that wait for one's own answer, and answers to what one has asked. */
export const waitingQuery = queryOptions({
  queryKey: ['approvals', 'waiting'],
  refetchInterval: 60_000,
  queryFn: ({ signal }) => ask(waiting, '/approvals/waiting', { signal }),
});
