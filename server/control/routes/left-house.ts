/** What left the house: what was sent to models in a time, read from the records page by page, or whole as a table. */
import { z } from 'zod';
import { LEFT_PROTECTIONS, leftInPage } from '../../audit/desk/left-house.ts';
import { leftTable } from '../../audit/desk/left-table.ts';
import { readNames } from '../../audit/desk/names.ts';
import { reportedKinds } from '../../audit/desk/reporting.ts';
import { SignalboxError } from '../../errors.ts';
import { countRecords } from '../../usage/source.ts';
import { csvFile } from '../csv-file.ts';
import { idSchema, momentSchema } from '../input.ts';
import { answeredFileSchema, defineRoute, type Route, type RouteContext } from '../route.ts';

const number = z.coerce.number().int().min(0);

const group = z
  .object({
    model: z.string(),
    provider: z.string(),
    region: z.string().nullable().meta({ description: 'Where its machines stood; null where that is not said.' }),
    leavesHouse: z.boolean().nullable().meta({ description: 'Null where the model is not known any more.' }),
    asSetToday: z.boolean().meta({
      description: 'True of older records, which do not say the two above: then they are as the model is set up today.',
    }),
    policy: z.string().nullable(),
    version: z.int().nullable(),
    protection: z
      .enum(LEFT_PROTECTIONS)
      .meta({ description: 'What had become of private data in what was sent, as far as it was looked for.' }),
    requests: z.int(),
    calls: z.int(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    counts: z
      .int()
      .meta({ description: 'Of the requests, those of which only the tokens were counted: they have none here.' }),
    found: z.record(z.string(), z.int()).meta({ description: 'How much private data was found, by its kind.' }),
  })
  .meta({ id: 'LeftGroup' });

/** What ends a reading besides another of the same person: that nobody waits for it any more. */
function untilClosed({ request }: RouteContext, signal: AbortSignal): AbortSignal {
  const closed = new AbortController();
  request.res?.once('close', () => closed.abort(new SignalboxError('reading_replaced')));
  return AbortSignal.any([signal, closed.signal]);
}

export const leftHouseRoutes: readonly Route[] = [
  defineRoute({
    method: 'get',
    path: '/audit/left-house',
    may: 'read record',
    tag: 'Audit',
    summary:
      'What was sent to models in a time, page by page: by where they stood, by the policy’s version, and by what became of private data. All of it as a table: `format=csv`.',
    status: 200,
    errors: ['reading_replaced'],
    file: 'csv',
    query: z.strictObject({
      from: number.meta({ description: 'Milliseconds since 1970, inclusive.' }),
      to: number.meta({ description: 'Milliseconds since 1970, exclusive.' }),
      afterAt: number.optional().meta({ description: 'With `afterId`: the `next` of the page before.' }),
      afterId: idSchema.optional(),
      reading: z.string().max(100).default('').meta({
        description: 'The same name with every page: who begins another reading ends the one before.',
      }),
      limit: number.min(100).max(10_000).default(3_000).meta({ description: 'Requests that are looked at.' }),
      format: z.enum(['json', 'csv']).default('json'),
    }),
    response: z.union([
      z.object({
        groups: z.array(group).readonly(),
        passed: z.int().meta({ description: 'Requests that were looked at.' }),
        total: z.int().nullable().meta({ description: 'How many there are in all; only the first page says so.' }),
        next: z.object({ at: momentSchema, id: z.string() }).nullable(),
      }),
      answeredFileSchema,
    ]),
    handle: async ({ query: { afterAt, afterId, reading, limit, format, ...span } }, context) => {
      const { control, deps, actor } = context;
      const { organisation } = actor;
      const { stores } = deps.usage;
      const isTable = format === 'csv';
      const behind =
        isTable || afterAt === undefined || afterId === undefined ? undefined : { at: afterAt, id: afterId };
      const signal = deps.audit.readings.enter(JSON.stringify([organisation, actor.id]), reading, !behind);
      const page = await leftInPage(
        { stores, today: deps.models(organisation).lookup, reported: reportedKinds(control.db, organisation) },
        { organisation, ...span, behind },
        isTable ? Number.POSITIVE_INFINITY : limit,
        untilClosed(context, signal),
      );
      if (isTable) {
        const table = leftTable(page.groups, await readNames(control.db, organisation));
        return csvFile('signalbox-left-house.csv', table);
      }
      const total = behind ? null : await countRecords(stores, { organisation, ...span }, Number.MAX_SAFE_INTEGER);
      return { ...page, total };
    },
  }),
];
