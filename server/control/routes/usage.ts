/** What was used, by whatever people ask: at once where sums are kept, else by reading the records. */
import { z } from 'zod';
import { findCaller } from '../../access/caller.ts';
import { rereadSession } from '../../access/sessions.ts';
import { SignalboxError } from '../../errors.ts';
import { answerUsage } from '../../usage/answer.ts';
import type { Scan } from '../../usage/scans.ts';
import { firstMoment } from '../../usage/source.ts';
import { idSchema } from '../input.ts';
import { projectsFor } from '../placed.ts';
import { answeredFileSchema, defineRoute, type Route, type RouteContext } from '../route.ts';
import { usageFile } from '../usage-file.ts';
import { queryOf, readQuestion, type UsageQuery, usageBodySchema, usageQuestionSchema } from '../usage-question.ts';
import { tellAnswer, usageAnswerSchema } from '../usage-totals.ts';

const scanSchema = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'done', 'cancelled', 'failed']),
    why: z.string().nullable().meta({ description: 'Why it was cancelled or failed.' }),
    done: z.int().meta({ description: 'Requests that have been looked at.' }),
    total: z.int().nullable().meta({ description: 'How many there are; null until they have been counted.' }),
    ...usageAnswerSchema.shape,
  })
  .meta({ id: 'UsageScan', description: 'Totals are those of what has been read so far.' });

const params = z.strictObject({ scan: idSchema });
const format = z.enum(['json', 'csv']).default('json');

async function questionOf({ control, deps, actor }: RouteContext, query: UsageQuery) {
  const now = Date.now();
  const first = query.from ?? (await firstMoment(deps.usage.stores, actor.organisation)) ?? now;
  const { question, byTime } = readQuestion(actor.organisation, query, first, now);
  const projects = projectsFor(control, actor, 'read usage');
  if (projects === null) return { question, byTime };
  return {
    question: { ...question, conditions: [...question.conditions, { by: 'project' as const, among: projects }] },
    byTime,
  };
}

/** A scan of nothing but what the caller may see. Throws `not_found`. */
function findScan({ control, deps, actor }: RouteContext, id: string): Scan {
  const scan = deps.usage.scans.find(actor.organisation, id);
  const own = projectsFor(control, actor, 'read usage');
  const isOwn = scan.question.conditions.some(
    (condition) => 'among' in condition && condition.among.every((project) => own?.includes(project)),
  );
  if (own !== null && !isOwn) throw new SignalboxError('not_found', { what: 'scan of that id' });
  return scan;
}

async function tellScan({ control }: RouteContext, scan: Scan): Promise<z.input<typeof scanSchema>> {
  const { id, question, byTime, state, why, done, total, answer } = scan;
  return { id, state, why, done, total, ...(await tellAnswer(control.db, question, byTime, answer)) };
}

export const usageRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/usage',
    may: 'read usage',
    placed: 'handler',
    tag: 'Usage',
    summary:
      'What was used: requests, tokens, money and times, by one or two things, and by time. As a table too: `format=csv`.',
    status: 200,
    errors: ['usage_needs_scan'],
    query: usageQuestionSchema.extend({ format }),
    file: 'csv',
    response: z.union([usageAnswerSchema, answeredFileSchema]),
    handle: async ({ query: { format: wanted, ...query } }, context) => {
      const { control, deps } = context;
      const { question, byTime } = await questionOf(context, query);
      const answer = await answerUsage(deps.usage.stores, deps.usage.summing, question);
      const told = await tellAnswer(control.db, question, byTime, answer);
      return wanted === 'csv' ? usageFile(question, told) : told;
    },
  }),
  defineRoute({
    method: 'post',
    path: '/usage/scans',
    may: 'read usage',
    placed: 'handler',
    tag: 'Usage',
    summary:
      'Ask what only the records can answer. They are read one after the other; two scans run at a time, for ten minutes at most.',
    status: 201,
    errors: ['too_many_scans'],
    body: usageBodySchema,
    response: scanSchema,
    handle: async ({ body }, context) => {
      const { control, deps, request } = context;
      const { question, byTime } = await questionOf(context, queryOf(body));
      const scan = deps.usage.scans.start(question, byTime, async () => {
        if (request.headers.authorization === undefined) await rereadSession(request);
        await findCaller(request, control, deps.adminToken);
      });
      return tellScan(context, scan);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/usage/scans/{scan}',
    may: 'read usage',
    placed: 'handler',
    tag: 'Usage',
    summary: 'How far a scan is, and what it has found so far. As a table too: `format=csv`.',
    status: 200,
    errors: ['not_found'],
    params,
    query: z.strictObject({ format }),
    file: 'csv',
    response: z.union([scanSchema, answeredFileSchema]),
    handle: async (input, context) => {
      const scan = findScan(context, input.params.scan);
      const told = await tellScan(context, scan);
      return input.query.format === 'csv' ? usageFile(scan.question, told) : told;
    },
  }),
  defineRoute({
    method: 'delete',
    path: '/usage/scans/{scan}',
    may: 'read usage',
    placed: 'handler',
    tag: 'Usage',
    summary: 'End a scan. What it has found stays for ten minutes.',
    status: 204,
    errors: ['not_found'],
    params,
    handle: async (input, context) => {
      const { deps, actor } = context;
      findScan(context, input.params.scan);
      deps.usage.scans.cancel(actor.organisation, input.params.scan);
      return undefined;
    },
  }),
];
