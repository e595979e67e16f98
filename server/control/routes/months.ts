/** Months: what was charged in each, its files, closing it, correcting it, and comparing it with a vendor's account. */
import { z } from 'zod';
import { timeZoneSchema } from '../../../policies/budget.ts';
import type { Amounts } from '../../months/amounts.ts';
import { NOTHING, plus } from '../../months/amounts.ts';
import { type Comparison, compareUsage } from '../../months/compare.ts';
import { writeComparison } from '../../months/comparison-file.ts';
import { EXPORT_FORMATS, wholeSchema } from '../../months/export.ts';
import { monthSchema } from '../../months/month.ts';
import { correctionInputSchema, correctionSchema, postCorrection } from '../corrections.ts';
import { costCentreChangeSchema, setProjectCostCentre, setTeamCostCentre } from '../cost-centres.ts';
import { idSchema, reasonSchema } from '../input.ts';
import { monthSummarySchema } from '../month-accounts.ts';
import { closeMonth } from '../month-closing.ts';
import { listMonths, monthDetailSchema, readExport, readMonth } from '../months.ts';
import { organisationSchema, projectSchema, setTimeZone, teamSchema } from '../organisations.ts';
import { answeredFileSchema, defineRoute, type Route, type RouteContext } from '../route.ts';

const params = z.strictObject({ month: monthSchema });
const correction = correctionSchema.meta({ id: 'CostCorrection' });
const TYPES = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const;
const LONGEST_FILE = 20_000_000;

const amounts = z.object({
  requests: wholeSchema,
  inputTokens: wholeSchema,
  outputTokens: wholeSchema,
  nanoDollars: wholeSchema,
});
const compared = z.object({
  columns: z.array(z.object({ column: z.string(), as: z.string() })),
  has: z.object({ requests: z.boolean(), tokens: z.boolean(), cost: z.boolean() }),
  read: z.int(),
  outside: z.int().meta({ description: 'Lines of other months, which were left out.' }),
  unreadable: z.int().meta({ description: 'Lines that were left out since they could not be read.' }),
  long: z.int().meta({ description: 'Lines of more than a day, which count on their first one.' }),
  rows: z.array(
    z.object({
      day: z.string(),
      model: z.string(),
      ours: amounts.nullable(),
      theirs: amounts.nullable(),
      same: z.boolean(),
      cause: z.string().nullable(),
    }),
  ),
  totals: z.object({ ours: amounts, theirs: amounts }),
  csv: z.string().meta({ description: 'The table as a file.' }),
});

const written = ({ requests, inputTokens, outputTokens, cost }: Amounts): z.infer<typeof amounts> => ({
  requests: String(requests),
  inputTokens: String(inputTokens),
  outputTokens: String(outputTokens),
  nanoDollars: String(cost),
});

function sayComparison(comparison: Comparison): z.infer<typeof compared> {
  const { usage, rows } = comparison;
  const total = (side: 'ours' | 'theirs') =>
    rows.reduce<Amounts>((sum, row) => plus(sum, row[side] ?? NOTHING), NOTHING);
  return {
    columns: [...usage.columns],
    has: usage.has,
    read: usage.read,
    outside: usage.outside,
    unreadable: usage.unreadable,
    long: usage.long,
    rows: rows.map(({ day, model, ours, theirs, same, cause }) => ({
      day,
      model,
      same,
      cause,
      ours: ours && written(ours),
      theirs: theirs && written(theirs),
    })),
    totals: { ours: written(total('ours')), theirs: written(total('theirs')) },
    csv: writeComparison(comparison),
  };
}

const sources = ({ control, deps }: RouteContext) => ({ db: control.db, records: deps.records });

export const monthRoutes: readonly Route[] = [
  defineRoute({
    method: 'put',
    path: '/organisation/time-zone',
    may: 'change ledger',
    tag: 'Months',
    summary: 'Set by whose clocks months begin and end; closed months stay as they are.',
    status: 200,
    body: z.strictObject({ timeZone: timeZoneSchema, reason: reasonSchema }),
    response: organisationSchema,
    handle: ({ body }, { control, actor }) => setTimeZone(control, actor, body),
  }),
  defineRoute({
    method: 'put',
    path: '/projects/{project}/cost-centre',
    may: 'change ledger',
    tag: 'Months',
    summary: 'Set who pays for a project; one without a cost centre has that of its team.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ project: idSchema }),
    body: costCentreChangeSchema,
    response: projectSchema,
    handle: ({ params: { project }, body }, { control, actor }) => setProjectCostCentre(control, actor, project, body),
  }),
  defineRoute({
    method: 'put',
    path: '/teams/{team}/cost-centre',
    may: 'change ledger',
    tag: 'Months',
    summary: 'Set who pays for the projects of a team that have no cost centre of their own.',
    status: 200,
    errors: ['not_found'],
    params: z.strictObject({ team: idSchema }),
    body: costCentreChangeSchema,
    response: teamSchema,
    handle: ({ params: { team }, body }, { control, actor }) => setTeamCostCentre(control, actor, team, body),
  }),
  defineRoute({
    method: 'get',
    path: '/months',
    may: 'read ledger',
    tag: 'Months',
    summary: 'The months that have anything in them, open or closed, the newest first.',
    status: 200,
    response: z.object({
      timeZone: z.string(),
      countsIn: monthSchema.meta({ description: 'The month in which a correction would count now.' }),
      months: z.array(monthSummarySchema),
    }),
    handle: (_input, context) => listMonths(sources(context), context.actor.organisation),
  }),
  defineRoute({
    method: 'get',
    path: '/months/{month}',
    may: 'read ledger',
    tag: 'Months',
    summary: 'A month by team, project, cost centre and model, with its corrections.',
    status: 200,
    errors: ['not_found'],
    params,
    response: monthDetailSchema,
    handle: (input, context) => readMonth(sources(context), context.actor.organisation, input.params.month),
  }),
  defineRoute({
    method: 'get',
    path: '/months/{month}/export',
    may: 'read ledger',
    tag: 'Months',
    summary: 'A month as a file: of a closed month always the same bytes, of an open one as of now.',
    status: 200,
    errors: ['not_found'],
    params,
    query: z.strictObject({ format: z.enum(EXPORT_FORMATS) }),
    file: true,
    response: answeredFileSchema,
    handle: async ({ params: { month }, query: { format } }, context) => ({
      name: `signalbox-${month}.${format}`,
      type: TYPES[format],
      ...(await readExport(sources(context), context.actor.organisation, month, format)),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/months/{month}/close',
    may: 'change ledger',
    tag: 'Months',
    summary: 'Close a month for good: its files stay as they are, and whatever comes later counts in a later month.',
    status: 200,
    errors: ['month_not_closable'],
    params,
    body: z.strictObject({ reason: reasonSchema }),
    response: monthSummarySchema,
    handle: ({ params: { month }, body: { reason } }, { control, deps, actor }) =>
      closeMonth(control, deps.records, deps.gateway, actor, month, reason),
  }),
  defineRoute({
    method: 'post',
    path: '/corrections',
    may: 'change ledger',
    tag: 'Months',
    summary: 'Correct what a project was charged; it counts in the first month that is open.',
    status: 201,
    errors: ['not_found'],
    body: correctionInputSchema,
    response: correction,
    handle: ({ body }, { control, deps, actor }) => postCorrection(control, deps.records, actor, body),
  }),
  defineRoute({
    method: 'post',
    path: '/months/{month}/compare',
    may: 'read ledger',
    large: 'file',
    tag: 'Months',
    summary: 'Compare a month with the usage or cost file of OpenAI or Anthropic, day by day and model by model.',
    status: 200,
    params,
    body: z.strictObject({
      csv: z.string().max(LONGEST_FILE, 'The file is larger than 20 MB'),
      provider: z
        .string()
        .min(1)
        .max(100)
        .meta({ description: 'What stands before the slash in the ids of our models.' }),
      timeZone: timeZoneSchema.default('UTC').meta({ description: 'By whose clocks the file begins its days.' }),
    }),
    response: compared,
    handle: async ({ params: { month }, body: { csv, provider, timeZone: zone } }, { deps, actor }) =>
      sayComparison(await compareUsage(deps.records, actor.organisation, { month, provider, zone, csv })),
  }),
];
