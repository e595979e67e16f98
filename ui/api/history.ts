/** The history of changes, as far as these pages tell of it. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const restores = z.object({
  entries: z.array(z.object({ after: z.object({ liveVersion: z.number(), restored: z.number() }).nullable() })),
});

/** Which versions of a policy were published again from older ones: the older number by the newer. */
export const restoredQuery = (policy: string) =>
  queryOptions({
    queryKey: ['policies', policy, 'restored'],
    queryFn: async ({ signal }) => {
      const path = `/policies/${encodeURIComponent(policy)}/history?action=version.restore&limit=500`;
      const { entries } = await ask(restores, path, { signal });
      return new Map(entries.flatMap(({ after }) => (after ? [[after.liveVersion, after.restored] as const] : [])));
    },
  });
