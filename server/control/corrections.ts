/** Corrections of what projects were charged. They count in the first month that is open; closed months stay as they are. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { SignalboxError } from '../errors.ts';
import { type MonthCalendar, monthSchema, type Span, sayMonth } from '../months/month.ts';
import type { RecordStore } from '../records/record.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import { newId } from './ids.ts';
import { idSchema, momentSchema, reasonSchema } from './input.ts';
import { readCalendar } from './month-calendar.ts';
import { findProject } from './organisations.ts';

export const correctionInputSchema = z.strictObject({
  project: idSchema,
  amount: z
    .int()
    .min(-Number.MAX_SAFE_INTEGER)
    .max(Number.MAX_SAFE_INTEGER)
    .refine((amount) => amount !== 0, 'A correction of nothing changes nothing')
    .meta({ description: 'Nano-dollars; below zero to give something back.' }),
  month: monthSchema.nullable().meta({ description: 'The closed month that it corrects.' }),
  request: idSchema.nullable().meta({ description: 'The request that it corrects.' }),
  reason: reasonSchema,
});
type CorrectionInput = z.output<typeof correctionInputSchema>;

export const correctionSchema = z.object({
  id: z.string(),
  project: z.string(),
  amount: z.int(),
  month: monthSchema.nullable(),
  request: z.string().nullable(),
  reason: reasonSchema,
  author: z.string(),
  at: momentSchema,
  countsIn: monthSchema.meta({ description: 'The month in which it counts.' }),
});
export type Correction = z.infer<typeof correctionSchema>;

interface CorrectionRow extends Omit<Correction, 'countsIn'> {
  readonly organisation: string;
  readonly posted_at: number;
}

function toCorrection({ posted_at, ...row }: CorrectionRow, calendar: MonthCalendar): Correction {
  return correctionSchema.parse({ ...row, countsIn: calendar.monthAt(posted_at) });
}

/** The corrections that count in a span of time, the first first. */
export async function correctionsIn(
  db: Knex,
  organisation: string,
  { from, to }: Span,
  calendar: MonthCalendar,
): Promise<Correction[]> {
  const rows = await db<CorrectionRow>('cost_corrections')
    .where({ organisation })
    .where('posted_at', '>=', from)
    .where('posted_at', '<', to)
    .orderBy(['at', 'id']);
  return rows.map((row) => toCorrection(row, calendar));
}

/** The first moment at or after `from` at which a correction counts; null where there is none. */
export async function firstCorrection(db: Knex, organisation: string, from: number): Promise<number | null> {
  const row: { posted_at: number } | undefined = await db('cost_corrections')
    .where({ organisation })
    .where('posted_at', '>=', from)
    .orderBy('posted_at')
    .first('posted_at');
  return row?.posted_at ?? null;
}

const invalid = (why: string) => new SignalboxError('invalid_input', { why });

/** Throws `invalid_input` where the request cannot be corrected by that amount for that project. */
async function requireCorrectable(
  records: Pick<RecordStore, 'get'>,
  organisation: string,
  { project, amount, request }: CorrectionInput,
): Promise<void> {
  if (request === null) return;
  const record = await records.get(organisation, request);
  if (!record) throw new SignalboxError('not_found', { what: 'request of that id' });
  if (record.project !== project) {
    throw invalid('project: the request was made by another project. Correct it for the project that was charged');
  }
  if (-amount > record.cost) {
    throw invalid('amount: more would be given back than the request cost. Give back at most what it was charged');
  }
}

/** Posts a correction. Throws `not_found`, or `invalid_input` for one that cannot be or that there is already. */
export async function postCorrection(
  store: ControlStore,
  records: Pick<RecordStore, 'get'>,
  actor: Actor,
  input: CorrectionInput,
): Promise<Correction> {
  const { organisation } = actor;
  const { project, amount, month, request, reason } = input;
  await requireCorrectable(records, organisation, input);
  const id = newId('cor');
  const change = { action: 'correction.post', objectType: 'correction', objectId: id, reason };
  return store.change(actor, change, async (trx) => {
    await findProject(trx, organisation, project);
    const calendar = await readCalendar(trx, organisation);
    if (month !== null && !calendar.closed.some((one) => one.month === month)) {
      throw invalid(
        `month: ${sayMonth(month)} is not closed, and only a closed month needs to be referred to. Leave it out`,
      );
    }
    if (request !== null && (await trx('cost_corrections').where({ organisation, request }).first())) {
      throw invalid('request: this request has been corrected already, and a second time would count twice');
    }
    const at = Date.now();
    const row: CorrectionRow = {
      id,
      organisation,
      project,
      amount,
      month,
      request,
      reason,
      author: actor.id,
      at,
      posted_at: calendar.openFrom ?? at,
    };
    await trx('cost_corrections').insert(row);
    const value = toCorrection(row, calendar);
    return { before: null, after: { project, amount, month, request, countsIn: value.countsIn }, value };
  });
}
