/** Runs of agents: requests that carry the same tag `session`. */
import { z } from 'zod';
import { SignalboxError } from '../../errors.ts';
import type { RecordFilter } from '../../records/record.ts';
import { sessionTree } from '../../usage-live/session-tree.ts';
import { momentSchema } from '../input.ts';
import { reachable } from '../placed.ts';
import { recordSummarySchema } from '../records.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

/** Requests of one run that are shown. */
const MOST_REQUESTS = 2000;

const moment = z.coerce.number().int().min(0).optional();
const nanoDollars = z.number().meta({ description: 'Nano-dollars.' });

const session = z
  .object({
    session: z.string(),
    firstAt: momentSchema.meta({ description: 'Start of its first request.' }),
    lastAt: momentSchema.meta({ description: 'End of the request that ended last so far.' }),
    requests: z.int(),
    errors: z.int(),
    cost: nanoDollars,
    workflow: z.string().nullable(),
    agent: z.string().nullable().meta({ description: 'The one that was named first.' }),
  })
  .meta({
    id: 'AgentSession',
    description:
      'Requests with the same tag `session`, whichever keys they came with; summed are those that one may see.',
  });

const total = z.object({
  requests: z.int(),
  errors: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cost: nanoDollars,
  from: momentSchema,
  to: momentSchema,
});

const summary = recordSummarySchema.shape;
const branch = z
  .object({
    id: z.string(),
    parent: z.string().nullable(),
    depth: z.int().min(0),
    kind: z.enum(['request', 'step', 'agent']),
    name: z.string().nullable().meta({ description: 'The step, the agent, or the model that answered.' }),
    request: z
      .object({
        id: z.string(),
        at: momentSchema,
        durationMs: z.number(),
        status: summary.status,
        errorCode: z.string().nullable(),
        model: z.string().nullable(),
        policy: z.string().nullable(),
        version: z.int().nullable(),
        tags: summary.tags,
        inputTokens: z.int(),
        outputTokens: z.int(),
        cost: nanoDollars,
      })
      .nullable()
      .meta({ description: 'Null for a step or an agent that is no request of its own.' }),
    total: total.meta({ description: 'Of the branch with all that is under it.' }),
  })
  .meta({ id: 'SessionBranch' });

/** Lets through the requests that the caller may see. */
const ownFilter = (context: RouteContext): Promise<RecordFilter> =>
  reachable(context, 'read record', { organisation: context.actor.organisation });

export const agentSessionRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/sessions',
    may: 'read record',
    placed: 'handler',
    tag: 'Records',
    summary:
      'Runs of agents, which are requests with the same tag `session`, as far as one may see these: the one that ended last first.',
    status: 200,
    query: z.strictObject({
      from: moment.meta({ description: 'Those that ended at or after this moment, milliseconds since 1970.' }),
      to: moment.meta({ description: 'Those that ended before it.' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ sessions: z.array(session) }),
    handle: async ({ query: { limit, ...span } }, context) => {
      const { organisation, reach } = await ownFilter(context);
      return { sessions: await context.deps.records.sessions(organisation, span, limit, reach) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/sessions/{session}',
    may: 'read record',
    placed: 'handler',
    tag: 'Records',
    summary:
      'One run of agents as a tree: a request belongs under the one that its tag `parent` names by its id or its tag `step`, else under its tag `agent`.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ session: z.string().min(1).max(256) }),
    response: z.object({
      session,
      complete: z.boolean().meta({ description: `False where only the first ${MOST_REQUESTS} requests are here.` }),
      total: total.meta({ description: 'Of the requests that are here.' }),
      branches: z.array(branch).meta({ description: 'Each before those under it.' }),
    }),
    handle: async ({ params }, context) => {
      const { organisation, reach } = await ownFilter(context);
      const found = await context.deps.records.session(organisation, params.session, MOST_REQUESTS, reach);
      if (!found) throw new SignalboxError('not_found', { what: 'run of that name' });
      const complete = found.requests.length === found.total.requests;
      return { session: found.total, complete, ...sessionTree(found.requests) };
    },
  }),
];
