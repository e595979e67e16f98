/** Records as the control API filters and shows them. */
import { z } from 'zod';
import { TAG_NAME } from '../../policies/facts.ts';
import { PROTECTIONS } from '../../policies/protection.ts';
import { RECORD_STATUSES } from '../../policies/record-status.ts';
import { usageSchema } from '../../policies/usage-schema.ts';
import { SignalboxError } from '../errors.ts';
import type { RecordFilter } from '../records/record.ts';
import { momentSchema } from './input.ts';
import { traceStepSchema } from './trace.ts';

const TAG_FILTER = 'tag.';

const moment = z.coerce.number().int().min(0).optional();

/** Filters in a query; every other parameter has to be `tag.<name>`, which `toFilter` sees to. */
export const recordFilterSchema = z.looseObject({
  project: z.string().optional(),
  key: z.string().optional().meta({ description: 'Id of the key that sent it.' }),
  model: z.string().optional(),
  policy: z.string().optional(),
  version: z.coerce.number().int().min(1).optional(),
  status: z.enum(RECORD_STATUSES).optional(),
  from: moment.meta({ description: 'Milliseconds since 1970, inclusive.' }),
  to: moment.meta({ description: 'Milliseconds since 1970, exclusive.' }),
  costAtLeast: z.coerce.number().int().min(0).optional().meta({ description: 'Nano-dollars.' }),
});

/** The filter of a query; throws `invalid_input` for a parameter that is none. */
export function toFilter(organisation: string, query: z.output<typeof recordFilterSchema>): RecordFilter {
  const { project, key, model, policy, version, status, from, to, costAtLeast, ...others } = query;
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(others)) {
    const tag = name.startsWith(TAG_FILTER) ? name.slice(TAG_FILTER.length) : '';
    if (!TAG_NAME.test(tag) || typeof value !== 'string') {
      throw new SignalboxError('invalid_input', {
        why: `Unrecognized key: "${name}"; tags are written as tag.name=value`,
      });
    }
    tags[tag] = value;
  }
  return {
    organisation,
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(project !== undefined && { project }),
    ...(key !== undefined && { key }),
    ...(model !== undefined && { model }),
    ...(policy !== undefined && { policy }),
    ...(version !== undefined && { version }),
    ...(status !== undefined && { status }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(costAtLeast !== undefined && { costAtLeast }),
  };
}

const usageSource = z.enum(['provider', 'counted', 'estimated']);
const nanoDollars = z.number().meta({ description: 'Nano-dollars.' });

export const tagsSchema = z.record(
  z.string(),
  z.object({ value: z.string(), source: z.enum(['key', 'caller', 'rule']) }),
);

export const recordSummarySchema = z
  .object({
    id: z.string(),
    project: z.string(),
    key: z.string(),
    at: momentSchema,
    durationMs: z.number(),
    overheadMs: z.number(),
    status: z.enum(RECORD_STATUSES),
    httpStatus: z.int(),
    errorCode: z.string().nullable(),
    endpoint: z.string(),
    stream: z.boolean(),
    app: z.string().nullable(),
    requestedModel: z.string(),
    model: z.string().nullable(),
    policy: z.string().nullable(),
    version: z.int().nullable(),
    mandatory: z.object({ policy: z.string(), version: z.int() }).optional().meta({
      description:
        'The policy of the organisation that ran before its policy; its steps have `organisation:` before their nodes.',
    }),
    tags: tagsSchema,
    usage: usageSchema,
    usageSource,
    cost: nanoDollars,
    trace: z
      .array(traceStepSchema.pick({ node: true, port: true }).meta({ id: 'PathStep' }))
      .readonly()
      .meta({ description: 'The path: each node, and the port by which the request left it.' }),
  })
  .meta({ id: 'RecordSummary' });

const attempt = z.object({
  node: z.string(),
  model: z.string(),
  ok: z.boolean(),
  failure: z.string().nullable(),
  status: z.int().nullable(),
  message: z.string().nullable(),
  usage: usageSchema,
  usageSource,
  cost: nanoDollars.nullable(),
  price: z.string().nullable().optional().meta({
    description: 'Where its price came from: "list 1a2b3c4d of 2026-11-01, -15 %". Not there in older records.',
  }),
  firstByteMs: z.number().nullable(),
  durationMs: z.number(),
  upstreamId: z.string().nullable(),
  sent: z
    .object({
      region: z.string().nullable().meta({ description: 'Where its machines stood, as its account said at the time.' }),
      leavesHouse: z.boolean(),
      protection: z.enum(PROTECTIONS).meta({ description: 'What had become of private data in what was sent.' }),
    })
    .nullable()
    .optional()
    .meta({ description: 'How it went out; null where surely nothing did. Not there in older records.' }),
});

const charge = z.object({
  budget: z.string(),
  revision: z.int(),
  scope: z.string(),
  unit: z.enum(['usd', 'tokens']),
  window: momentSchema,
  held: z.number(),
  settled: z.number(),
});

export const contentSchema = z
  .object({ request: z.string(), answer: z.string().nullable() })
  .meta({ id: 'Content', description: 'As it was kept: with or without what a policy took out.' });

export const recordSchema = z
  .object({
    ...recordSummarySchema.shape,
    gateway: z.string(),
    boot: z.string(),
    sequence: z.int(),
    trace: z.array(traceStepSchema).readonly(),
    attempts: z.array(attempt).readonly(),
    charges: z.array(charge).readonly(),
    savedByRouting: nanoDollars.optional(),
    revisions: z.string().optional().meta({
      description: 'The id of what decided it besides the version of its policy: see `/audit/revisions`.',
    }),
    savedByCaching: nanoDollars.optional(),
    shadowOf: z.string().optional().meta({ description: 'The request that this is a copy of.' }),
    redactions: z.record(z.string(), z.int()),
    facts: z.record(z.string(), z.unknown()),
    isContentKept: z
      .boolean()
      .meta({ description: 'Whether there is anything to be read at `/records/{record}/content`.' }),
    feedback: z
      .array(
        z.object({
          key: z.string(),
          at: momentSchema,
          score: z.number().meta({ description: 'From -1 (bad) to 1 (good).' }),
          label: z.string().nullable(),
          isCommentKept: z
            .boolean()
            .meta({ description: 'Whether it has a comment; that stands at `/records/{record}/content`.' }),
        }),
      )
      .meta({ description: 'What apps said of the answer.' }),
  })
  .meta({ id: 'Record' });
