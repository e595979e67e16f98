/** The traffic of the last minute, told again every second. */
import { z } from 'zod';
import { findCaller } from '../../access/caller.ts';
import { rereadSession } from '../../access/sessions.ts';
import { momentSchema } from '../input.ts';
import { projectsFor } from '../placed.ts';
import { recordSummarySchema } from '../records.ts';
import { defineStream, type Route } from '../route.ts';

const nanoDollars = z.number().meta({ description: 'Nano-dollars.' });
const byName = z.array(z.object({ name: z.string().nullable(), requests: z.int(), cost: nanoDollars }));

const liveTotals = z
  .object({
    at: momentSchema,
    requests: z.int(),
    errors: z.int(),
    refused: z.int(),
    cost: nanoDollars,
    tokens: z.int(),
    byModel: byName,
    byTeam: byName,
    perSecond: z
      .array(z.int())
      .readonly()
      .meta({ description: 'Requests that ended in each of the 60 seconds, the one that is going on last.' }),
    running: z.int().meta({ description: 'Requests under way now.' }),
    recent: z
      .array(
        z.object({
          id: z.string(),
          at: momentSchema,
          team: z.string().nullable(),
          model: z.string().nullable(),
          status: recordSummarySchema.shape.status,
          cost: nanoDollars,
          durationMs: z.number(),
        }),
      )
      .meta({ description: 'The last 20 requests that ended, the newest first.' }),
  })
  .meta({ id: 'LiveTotals', description: 'What ended in the last 60 seconds.' });

export const liveRoutes: readonly Route[] = [
  defineStream({
    path: '/live',
    may: 'read usage',
    placed: 'handler',
    tag: 'Records',
    summary:
      'The traffic of the last minute, of the projects that one may see, every second, for as long as one is signed in and listens.',
    errors: ['overloaded', 'shutting_down'],
    event: liveTotals,
    begin: ({ control, deps, actor, request }, response) =>
      deps.watchers.watch(actor.organisation, projectsFor(control, actor, 'read usage'), response, async () => {
        if (request.headers.authorization === undefined) await rereadSession(request);
        return projectsFor(control, await findCaller(request, control, deps.adminToken), 'read usage');
      }),
  }),
];
