/** A month's account as a file: what each project of each team took of each model, and what was corrected. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Amounts, NOTHING, plus, writeDollars } from './amounts.ts';
import { type Cell, writeCsv } from './csv.ts';
import type { RecordLine } from './lines.ts';
import { monthSchema, type Span } from './month.ts';

/** A whole number of any size, as text: sums can be more than a number of JavaScript holds exactly. */
export const wholeSchema = z.string().regex(/^-?\d+$/);
const dollarsSchema = z.string().regex(/^-?\d+\.\d{9}$/);

const amountsSchema = z.object({
  requests: wholeSchema,
  inputTokens: wholeSchema,
  cachedInputTokens: wholeSchema.meta({ description: 'A part of the input tokens.' }),
  outputTokens: wholeSchema,
  nanoDollars: wholeSchema,
  dollars: dollarsSchema,
});

export const exportLineSchema = z.object({
  kind: z.enum(['requests', 'lost', 'correction']).meta({
    description: 'Requests; requests that were lost and are charged at their hold; or a correction by hand.',
  }),
  team: z.string(),
  project: z.string(),
  projectId: z.string(),
  costCentre: z.string(),
  model: z.string(),
  ...amountsSchema.shape,
  refersTo: z.string().nullable().meta({ description: 'The closed month, or the request, that the line belongs to.' }),
  reason: z.string().nullable().meta({ description: 'Why it was corrected.' }),
});
export type ExportLine = z.infer<typeof exportLineSchema>;

/** The JSON file. Moments are written as in ISO 8601. */
export const monthExportSchema = z.object({
  month: monthSchema,
  timeZone: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  currency: z.literal('USD'),
  lines: z.array(exportLineSchema),
  totals: amountsSchema,
});
export type MonthExport = z.infer<typeof monthExportSchema>;

/** What a project is called, and who pays for it. */
export interface ProjectNames {
  readonly project: string;
  readonly team: string;
  readonly costCentre: string;
}

interface CorrectionLine {
  readonly project: string;
  /** Nano-dollars. */
  readonly amount: number;
  readonly refersTo: string | null;
  readonly reason: string;
}

function written(amounts: Amounts): z.infer<typeof amountsSchema> {
  return {
    requests: String(amounts.requests),
    inputTokens: String(amounts.inputTokens),
    cachedInputTokens: String(amounts.cachedInputTokens),
    outputTokens: String(amounts.outputTokens),
    nanoDollars: String(amounts.cost),
    dollars: writeDollars(amounts.cost),
  };
}

/** By what people look for; what is the same in all of that stays in the order in which it came. */
const placeOf = ({ team, project, projectId, costCentre, model, kind, refersTo }: ExportLine): string =>
  [team, project, projectId, costCentre, kind === 'correction' ? '1' : '0', model, kind, refersTo ?? ''].join('\0');

/** Puts a month's account together. The same account gives the same file, byte for byte. */
export function monthExport(
  month: string,
  timeZone: string,
  span: Span,
  records: readonly RecordLine[],
  corrections: readonly CorrectionLine[],
  names: ReadonlyMap<string, ProjectNames>,
): MonthExport {
  const of = (projectId: string) => ({
    ...(names.get(projectId) ?? { project: projectId, team: '', costCentre: '' }),
    projectId,
  });
  const lines = [
    ...records.map(({ kind, project, model, refersTo, ...amounts }): ExportLine => {
      return { kind, ...of(project), model, ...written(amounts), refersTo, reason: null };
    }),
    ...corrections.map(({ project, amount, refersTo, reason }): ExportLine => {
      const amounts = { ...NOTHING, cost: BigInt(amount) };
      return { kind: 'correction', ...of(project), model: '', ...written(amounts), refersTo, reason };
    }),
  ];
  const sorted = lines
    .map((line) => ({ line, place: placeOf(line) }))
    .sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
  const totals = [...records, ...corrections.map(({ amount }) => ({ ...NOTHING, cost: BigInt(amount) }))];
  return {
    month,
    timeZone,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    currency: 'USD',
    lines: sorted.map(({ line }) => line),
    totals: written(totals.reduce<Amounts>(plus, NOTHING)),
  };
}

const number = (text: string): Cell => ({ number: text });

const COLUMNS: readonly (readonly [head: string, of: (line: ExportLine, month: string) => Cell])[] = [
  ['month', (_line, month) => month],
  ['kind', ({ kind }) => kind],
  ['team', ({ team }) => team],
  ['project', ({ project }) => project],
  ['project_id', ({ projectId }) => projectId],
  ['cost_centre', ({ costCentre }) => costCentre],
  ['model', ({ model }) => model],
  ['requests', ({ requests }) => number(requests)],
  ['input_tokens', ({ inputTokens }) => number(inputTokens)],
  ['cached_input_tokens', ({ cachedInputTokens }) => number(cachedInputTokens)],
  ['output_tokens', ({ outputTokens }) => number(outputTokens)],
  ['cost_nano_dollars', ({ nanoDollars }) => number(nanoDollars)],
  ['cost_dollars', ({ dollars }) => number(dollars)],
  ['refers_to', ({ refersTo }) => refersTo ?? ''],
  ['reason', ({ reason }) => reason ?? ''],
];

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The bytes of a month's file, as text. */
export function writeExport(account: MonthExport, format: ExportFormat): string {
  if (format === 'json') return `${JSON.stringify(account, null, 2)}\n`;
  return writeCsv(
    COLUMNS.map(([head]) => head),
    account.lines.map((line) => COLUMNS.map(([, of]) => of(line, account.month))),
  );
}

/** SHA-256 of a file's bytes in lower-case hexadecimal, as `sha256sum` writes it. */
export const digestOfFile = (text: string): string => createHash('sha256').update(text).digest('hex');

export const teamTotalSchema = z.object({ team: z.string(), nanoDollars: wholeSchema });

/** What each team took of a month, the dearest first. */
export function teamTotals(costs: readonly { readonly team: string; readonly cost: bigint }[]) {
  const totals = new Map<string, bigint>();
  for (const { team, cost } of costs) totals.set(team, (totals.get(team) ?? 0n) + cost);
  return [...totals]
    .sort(([one, a], [other, b]) => (a === b ? (one < other ? -1 : 1) : a > b ? -1 : 1))
    .map(([team, cost]) => ({ team, nanoDollars: String(cost) }));
}
