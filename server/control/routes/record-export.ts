/** Records as a file of any length, and how long it would be. */
import { z } from 'zod';
import { EXPORTS_AT_ONCE } from '../../export/exports.ts';
import { countMatching } from '../../export/extent.ts';
import { EXPORTED_FORMATS } from '../../export/pieces.ts';
import { parseInput } from '../input.ts';
import { reachable } from '../placed.ts';
import { recordFilterSchema, recordSchema, toFilter } from '../records.ts';
import { defineRoute, type Route } from '../route.ts';
import { EXPORT_PATH, sendExport } from '../send-export.ts';

const nothing = z.strictObject({});
const query = recordFilterSchema.extend({ format: z.enum(EXPORTED_FORMATS) });

/** A request as a line of the export has it. */
const exportedRecordSchema = recordSchema.omit({ feedback: true, isContentKept: true }).meta({ id: 'ExportedRecord' });
const endSchema = z
  .object({ end: z.object({ rows: z.int(), sha256: z.string() }) })
  .meta({ id: 'ExportEnd', description: 'The last line: how many requests, and the SHA-256 of all lines before it.' });

export const recordExportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: EXPORT_PATH,
    may: 'export record',
    placed: 'handler',
    tag: 'Records',
    summary:
      'All requests that a filter lets through, the oldest first, as JSON lines or as a table: sent as they are read, without what was asked and answered.',
    status: 200,
    errors: ['too_many_exports'],
    streams: 'lines',
    params: nothing,
    query,
    body: null,
    response: z.union([exportedRecordSchema, endSchema]),
    async run(parts, context, response) {
      const { format, ...rest } = parseInput(query, parts.query);
      const filter = await reachable(context, 'export record', toFilter(context.actor.organisation, rest));
      await sendExport(context, { format, filter }, response);
    },
  },
  defineRoute({
    method: 'get',
    path: '/records/export/size',
    may: 'export record',
    placed: 'handler',
    tag: 'Records',
    summary: 'How many requests an export of the same filter would hold, as far as that is quickly said.',
    status: 200,
    query: recordFilterSchema,
    response: z.object({
      rows: z.int().meta({ description: 'As many as were counted, 10,000 at most.' }),
      more: z.boolean().meta({ description: 'True where there are more than that, or may be.' }),
      running: z.int().meta({ description: 'Exports that are being made now.' }),
      atOnce: z.int().meta({ description: 'How many can be made at the same time.' }),
    }),
    handle: async ({ query: wanted }, context) => {
      const { deps, actor } = context;
      const filter = await reachable(context, 'export record', toFilter(actor.organisation, wanted));
      const size = await countMatching(deps.usage.stores, filter);
      return { ...size, running: deps.exports.running, atOnce: EXPORTS_AT_ONCE };
    },
  }),
];
