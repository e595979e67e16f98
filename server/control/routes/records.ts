/** Records of requests, and replaying them. */
import { z } from 'zod';
import { recordedFrom, replayInputSchema } from '../../../policies/impact.ts';
import { isTraffic } from '../../../policies/record-status.ts';
import { replay } from '../../../policies/replay.ts';
import { SignalboxError } from '../../errors.ts';
import { openComment } from '../../records/feedback-sealing.ts';
import type { RequestRecord } from '../../records/record.ts';
import { idSchema } from '../input.ts';
import { graphOfRecord, isMandatory } from '../organisation-policy.ts';
import { reachable, requireWith } from '../placed.ts';
import { contentSchema, recordFilterSchema, recordSchema, recordSummarySchema, toFilter } from '../records.ts';
import { recordsSeen } from '../records-seen.ts';
import { costAgain, ifItAnswered } from '../replay-cost.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';
import { decisionSchema, explanationSchema, traceStepSchema } from '../trace.ts';

const params = z.strictObject({ record: idSchema });
const before = z.string().meta({ description: 'The `next` of the page before.' });
const step = z.object({ port: z.string().nullable(), reason: z.string() }).nullable();
const difference = z.object({ node: z.string(), recorded: step, now: step, why: z.string() });
const explanations = z.array(explanationSchema).readonly();
const cost = z.number().nullable().meta({
  description:
    'Nano-dollars: what was paid where the same model answers, else what the recorded tokens cost at the prices of now; null where that cannot be told.',
});
const replayed = z.discriminatedUnion('result', [
  z.object({ result: z.literal('same'), cost, decision: decisionSchema, explanations }),
  z.object({ result: z.literal('different'), cost, difference, decision: decisionSchema, explanations }),
  z.object({
    result: z.literal('cannot tell'),
    cost,
    ifAnswered: z.object({ model: z.string(), cost }).nullable().meta({
      description:
        'What the end would be if the model answered that was never asked; null where that cannot be told either.',
    }),
    node: z.string(),
    why: z.string(),
    difference: difference.nullable(),
    trace: z.array(traceStepSchema).readonly().meta({ description: 'The steps that can be told, before that node.' }),
  }),
]);

async function findRecord(context: RouteContext, id: string): Promise<RequestRecord> {
  const record = await recordsSeen(context).get(context.actor.organisation, id);
  if (!record) throw new SignalboxError('not_found', { what: 'record of that id' });
  return record;
}

export const recordRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/records',
    may: 'read record',
    placed: 'handler',
    tag: 'Records',
    summary: 'Requests, the newest first. Any tag is a filter: `tag.team=search`.',
    status: 200,
    query: recordFilterSchema.extend({
      before: before.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ records: z.array(recordSummarySchema), next: z.string().nullable() }),
    handle: async ({ query: { limit, before: place, ...rest } }, context) => {
      const filter = await reachable(context, 'read record', toFilter(context.actor.organisation, rest));
      return recordsSeen(context).list(place === undefined ? filter : { ...filter, before: place }, limit);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/records/replayable',
    may: 'read record',
    placed: 'handler',
    tag: 'Records',
    summary:
      'Requests of a policy as its drafts can decide them again, the newest first: without content, tries, counts of tokens and lost ones.',
    status: 200,
    query: z.strictObject({
      policy: idSchema,
      before: before.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(500),
    }),
    response: z.object({ records: z.array(replayInputSchema), next: z.string().nullable() }),
    handle: async ({ query: { policy, before: place, limit } }, context) => {
      const { organisation } = context.actor;
      const isFirst = isMandatory(context.control.snapshot(), organisation, policy);
      const all = { organisation, ...(!isFirst && { policy }), ...(place !== undefined && { before: place }) };
      const filter = await reachable(context, 'read record', all);
      const { records, next } = await recordsSeen(context).list(filter, limit);
      const met = isFirst ? records.filter(({ mandatory }) => mandatory?.policy === policy) : records;
      // Of a lost request there is no trace, and of a copy nothing was decided.
      const told = met.filter(({ status }) => isTraffic(status) && status !== 'lost' && status !== 'shadow');
      // Requests from before the policy ran first are not looked through to the end.
      return { records: told, next: isFirst && met.length === 0 ? null : next };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/records/{record}',
    may: 'read record',
    placed: 'record',
    tag: 'Records',
    summary: 'One request with its trace, attempts and charges, without what was said.',
    status: 200,
    errors: ['not_found'],
    params,
    response: recordSchema,
    handle: async (input, context) => {
      const { deps, actor } = context;
      const record = await findRecord(context, input.params.record);
      return {
        ...record,
        isContentKept: record.content !== null,
        feedback: (await deps.records.feedback(actor.organisation, record.id)).map(({ comment, ...said }) => ({
          ...said,
          isCommentKept: comment !== null,
        })),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/records/{record}/content',
    may: 'read content',
    placed: 'record',
    tag: 'Records',
    summary:
      'What a request sent and was answered, and what apps wrote about the answer. That somebody read it is an entry of the history, once an hour.',
    status: 200,
    errors: ['not_found', 'content_unreadable'],
    params,
    response: z.object({
      content: contentSchema.nullable().meta({ description: 'Null where nothing is kept.' }),
      comments: z
        .array(z.object({ key: z.string(), comment: z.string() }))
        .meta({ description: 'What apps wrote about the answer, by the key that they wrote it with.' }),
    }),
    handle: async (input, context) => {
      const { deps, actor } = context;
      const record = await findRecord(context, input.params.record);
      const content = record.content && deps.contents.open(record, record.content);
      const comments = (await deps.records.feedback(actor.organisation, record.id)).flatMap((one) => {
        const comment = openComment(deps.contents, one);
        return comment === null ? [] : [{ key: one.key, comment }];
      });
      if (content !== null || comments.length > 0) {
        await deps.audit.activity.contentViewed(actor, record.id, Date.now());
      }
      return { content, comments };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/records/{record}/replay',
    may: 'read record',
    placed: 'record',
    tag: 'Records',
    summary: 'Decide a recorded request again, on its own version, on another one of its policy, or on its draft.',
    status: 200,
    errors: ['not_found', 'invalid_graph'],
    params,
    body: z.strictObject({ version: z.union([z.int().min(1), z.literal('draft')]).optional() }),
    response: replayed,
    handle: async (input, context) => {
      const { control, deps, actor } = context;
      const record = await findRecord(context, input.params.record);
      if (record.policy === null || record.version === null || record.status === 'shadow') {
        throw new SignalboxError('invalid_input', {
          why: 'No policy decided this request, so there is nothing to replay',
        });
      }
      const number = input.body.version ?? record.version;
      if (number === 'draft') await requireWith(context, 'read policy', 'policy', record.policy);
      const graph = await graphOfRecord(control.db, record, number);
      if (!graph) throw new SignalboxError('not_found', { what: 'version of that number' });
      const own = number === record.version;
      const again = await replay(graph, recordedFrom(record), own);
      const { lookup } = deps.models(actor.organisation);
      const cost = costAgain(record, again, lookup);
      if (again.result !== 'cannot tell') return { ...again, cost };
      return { ...again, cost, ifAnswered: await ifItAnswered(graph, recordedFrom(record), own, record, lookup) };
    },
  }),
];
