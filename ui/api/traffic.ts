/** What went through the ports of a version. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';
import { PERIOD_MS, type Period } from './periods.ts';

const edgeCount = z.object({
  node: z.string(),
  port: z.string(),
  /** Its start, in milliseconds since 1970. */
  hour: z.number(),
  requests: z.number(),
  errors: z.number(),
  /** Nano-dollars. */
  cost: z.number(),
});
export type EdgeCount = z.infer<typeof edgeCount>;

/** Time up to now, or between two moments (milliseconds since 1970). */
export type Stretch = { readonly last: Period } | { readonly from: number; readonly to: number };

const REFRESH_MS = 30_000;

/** Counts by port and whole hour, those of the hour in which the stretch begins included; asked again while it is shown. */
export const trafficQuery = (policy: string, version: number, stretch: Stretch) =>
  queryOptions({
    queryKey: ['traffic', policy, version, stretch],
    refetchInterval: REFRESH_MS,
    queryFn: async ({ signal }) => {
      const now = Date.now();
      const { from, to } = 'last' in stretch ? { from: now - PERIOD_MS[stretch.last], to: now } : stretch;
      const path = `/policies/${encodeURIComponent(policy)}/versions/${version}/edges?from=${from}&to=${to}`;
      return { from, to, ...(await ask(z.object({ edges: z.array(edgeCount) }), path, { signal })) };
    },
  });
