/** Records of requests, and replaying them. */
import { z } from 'zod';
import { recordedFrom, replayInputSchema } from '../../../policies/impact.ts';
import { replay } from '../../../policies/replay.ts';
import { SignalboxError } from '../../errors.ts';
import type { RecordFilter, RequestRecord } from '../../records/record.ts';
import { compile } from '../house.ts';
import { idSchema } from '../input.ts';
import { versionsFor } from '../pinned-versions.ts';
import { recordFilterSchema, recordSchema, recordSummarySchema, toFilter } from '../records.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { decisionSchema, explanationSchema, traceStepSchema } from '../trace.ts';
import { findVersion } from '../versions.ts';

const params = z.strictObject({ record: idSchema });
const before = z.string().meta({ description: 'The `next` of the page before.' });
const step = z.object({ port: z.string().nullable(), reason: z.string() }).nullable();
const difference = z.object({ node: z.string(), recorded: step, now: step, why: z.string() });
const explanations = z.array(explanationSchema).readonly();
const replayed = z.discriminatedUnion('result', [
  z.object({ result: z.literal('same'), decision: decisionSchema, explanations }),
  z.object({ result: z.literal('different'), difference, decision: decisionSchema, explanations }),
  z.object({
    result: z.literal('cannot tell'),
    node: z.string(),
    why: z.string(),
    difference: difference.nullable(),
    trace: z.array(traceStepSchema).readonly().meta({ description: 'The steps that can be told, before that node.' }),
  }),
]);

async function findRecord({ deps, actor }: RouteContext, id: string): Promise<RequestRecord> {
  const record = await deps.records.get(actor.organisation, id);
  if (!record) throw new SignalboxError('not_found', { what: 'record of that id' });
  return record;
}

export const recordRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/records',
    tag: 'Records',
    summary: 'Requests, the newest first. Any tag is a filter: `tag.team=search`.',
    status: 200,
    query: recordFilterSchema.extend({
      before: before.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ records: z.array(recordSummarySchema), next: z.string().nullable() }),
    handle: ({ query: { limit, before: place, ...rest } }, { deps, actor }) => {
      const filter: RecordFilter = toFilter(actor.organisation, rest);
      return deps.records.list(place === undefined ? filter : { ...filter, before: place }, limit);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/records/replayable',
    tag: 'Records',
    summary:
      'Requests of a policy as its drafts can decide them again, the newest first: without content, tries and lost ones.',
    status: 200,
    query: z.strictObject({
      policy: idSchema,
      before: before.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(500),
    }),
    response: z.object({ records: z.array(replayInputSchema), next: z.string().nullable() }),
    handle: async ({ query: { policy, before: place, limit } }, { deps, actor }) => {
      const { organisation } = actor;
      const filter = { organisation, policy, ...(place !== undefined && { before: place }) };
      const { records, next } = await deps.records.list(filter, limit);
      // Of a lost request there is no trace, a try was no traffic, and of a copy nothing was decided.
      return { records: records.filter(({ status }) => !['lost', 'dry_run', 'shadow'].includes(status)), next };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/records/{record}',
    tag: 'Records',
    summary: 'One request with its trace, attempts and charges.',
    status: 200,
    errors: ['not_found'],
    params,
    response: recordSchema,
    handle: async (input, context) => {
      const { deps, actor } = context;
      const record = await findRecord(context, input.params.record);
      if (record.content) await deps.audit.activity.contentViewed(actor, record.id, Date.now());
      return { ...record, feedback: await deps.records.feedback(actor.organisation, record.id) };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/records/{record}/replay',
    reads: true,
    tag: 'Records',
    summary: 'Decide a recorded request again, on its own version or on another one of its policy.',
    status: 200,
    errors: ['not_found', 'invalid_graph'],
    params,
    body: z.strictObject({ version: z.int().min(1).optional() }),
    response: replayed,
    handle: async (input, context) => {
      const { control, actor } = context;
      const record = await findRecord(context, input.params.record);
      if (record.policy === null || record.version === null || record.status === 'shadow') {
        throw new SignalboxError('invalid_input', {
          why: 'No policy decided this request, so there is nothing to replay',
        });
      }
      const number = input.body.version ?? record.version;
      const version = await findVersion(control.db, actor.organisation, record.policy, number);
      const graph = compile(version.graph, await versionsFor(control.db, actor.organisation, [version.graph]));
      return replay(graph, recordedFrom(record), number === record.version);
    },
  }),
];
