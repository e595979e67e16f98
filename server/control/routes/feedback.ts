/** What apps said of answers, summed. */
import { z } from 'zod';
import { idSchema } from '../input.ts';
import { reachable } from '../placed.ts';
import { defineRoute, type Route } from '../route.ts';

const moment = z.coerce.number().int().min(0).optional();

const total = z
  .object({
    version: z.int().nullable(),
    model: z.string().nullable().meta({ description: 'The model that answered; null where none did.' }),
    variant: z.string().nullable().meta({
      description: 'The variants that splits gave: node and port of each; null where there was no split.',
    }),
    count: z.int(),
    mean: z.number().meta({ description: 'Mean of the scores, from -1 (bad) to 1 (good).' }),
  })
  .meta({ id: 'FeedbackTotal' });

export const feedbackRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/feedback',
    may: 'read record',
    placed: 'handler',
    tag: 'Records',
    summary:
      "What apps said of a policy's answers to the requests that one may see: how many, and the mean score, by version, model and variant.",
    status: 200,
    query: z.strictObject({
      policy: idSchema,
      from: moment.meta({ description: 'Start of the first request, milliseconds since 1970.' }),
      to: moment.meta({ description: 'Before this the last request began, milliseconds since 1970.' }),
    }),
    response: z.object({ feedback: z.array(total) }),
    handle: async ({ query: { policy, from, to } }, context) => {
      const { organisation } = context.actor;
      const { reach } = await reachable(context, 'read record', { organisation });
      return { feedback: await context.deps.records.feedbackTotals({ organisation, policy, from, to, reach }) };
    },
  }),
];
