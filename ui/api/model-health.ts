/** How models are doing now. */
import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { ask } from './client.ts';

const healthSchema = z
  .object({
    /** Whether it is called: as usual, left alone after one failure, left alone since it keeps failing, or tried again. */
    state: z.enum(['closed', 'resting', 'open', 'half_open']),
    openInMs: z.number(),
    /** That ended in the last 5 minutes. */
    calls: z.number(),
    /** Share of the calls; null without any. */
    errorRate: z.number().nullable(),
    /** Mean time to the first content of an answer; null where there was none. */
    firstTokenMs: z.number().nullable(),
    tokensPerSecond: z.number().nullable(),
    /** Calls that have not ended. */
    underWay: z.number(),
  })
  .transform(({ openInMs, ...rest }) => ({
    ...rest,
    /** When it is called again, in milliseconds since 1970; null where it is not left alone. */
    restsUntil: openInMs > 0 ? Date.now() + openInMs : null,
  }));
export type ModelHealth = z.infer<typeof healthSchema>;

const answer = z.object({ models: z.array(z.object({ id: z.string(), health: healthSchema.nullable() })) });

const REFRESH_MS = 10_000;

/** The health of every model that was called, by its id; asked again while it is looked at. */
export const modelHealthQuery = queryOptions({
  queryKey: ['model health'],
  refetchInterval: REFRESH_MS,
  queryFn: async ({ signal }): Promise<Readonly<Record<string, ModelHealth>>> => {
    const { models } = await ask(answer, '/models', { signal });
    return Object.fromEntries(models.flatMap(({ id, health }) => (health ? [[id, health]] : [])));
  },
});
