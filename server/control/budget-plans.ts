/** What a budget is planned to spend by month, beside what it did spend. */
import type { Knex } from 'knex';
import { z } from 'zod';
import { type BudgetWindow, limitOf, limitSchema, type OpenWindow, windowAt } from '../../policies/budget.ts';
import { SignalboxError } from '../errors.ts';
import type { RecordStore } from '../records/record.ts';
import type { ControlStore } from './control.ts';
import type { Actor } from './history.ts';
import type { BudgetEntry } from './snapshot.ts';
import { requireScope } from './top-ups.ts';

/** Of the years that a plan can be for. */
const MONTH = /^20\d{2}-(0[1-9]|1[0-2])$/;
const WRITE_A_MONTH = 'Write a month such as 2026-11, of a year from 2000 to 2099.';
export const monthSchema = z.string().regex(MONTH, WRITE_A_MONTH);

const MOST_MONTHS = 120;

export const planInputSchema = z.strictObject({
  scope: z.string().max(1000).default(''),
  months: z
    .record(z.string(), limitSchema.nullable())
    .refine((months) => Object.keys(months).every((month) => MONTH.test(month)), WRITE_A_MONTH)
    .refine((months) => Object.keys(months).length > 0, 'Name at least one month.')
    .refine((months) => Object.keys(months).length <= MOST_MONTHS, `At most ${MOST_MONTHS} months can be set at once.`)
    .meta({ description: 'The plan of single months in the unit of the budget; null takes it away again.' }),
  reason: z.string().trim().min(1).max(1000),
});

export const planSchema = z
  .object({
    month: z.string(),
    planned: z.int().nullable().meta({ description: 'Null where neither a plan nor the window says.' }),
    ownPlan: z.boolean().meta({ description: 'Whether it was set for this month; else it follows from the limit.' }),
    actual: z.int(),
    toppedUp: z.int().meta({ description: 'What was added to limits in this month.' }),
  })
  .meta({ id: 'PlannedMonth', description: 'Amounts in the unit of the budget.' });
type PlannedMonth = z.infer<typeof planSchema>;

interface PlanRow {
  readonly organisation: string;
  readonly budget: string;
  readonly scope: string;
  readonly month: string;
  readonly amount: number;
}

/** Sets or takes away the plan of single months. Throws `invalid_input` for a scope that the budget does not have. */
export async function setPlan(
  store: ControlStore,
  actor: Actor,
  budget: BudgetEntry,
  { scope, months, reason }: z.output<typeof planInputSchema>,
): Promise<void> {
  requireScope(budget, scope);
  const of = { organisation: actor.organisation, budget: budget.id, scope };
  const change = { action: 'budget.plan', objectType: 'budget', objectId: budget.id, reason };
  await store.change(actor, change, async (trx) => {
    const named = Object.keys(months).sort();
    const rows = trx<PlanRow>('budget_plans').where(of).whereIn('month', named);
    const old = new Map((await rows.clone().select('month', 'amount')).map(({ month, amount }) => [month, amount]));
    const before = Object.fromEntries(named.map((month) => [month, old.get(month) ?? null]));
    await rows.clone().delete();
    const kept = named.flatMap((month) => {
      const amount = months[month] ?? null;
      return amount === null ? [] : [{ ...of, month, amount }];
    });
    if (kept.length > 0) await trx('budget_plans').insert(kept);
    return { before: { scope, plan: before }, after: { scope, plan: months }, value: undefined };
  });
}

/** The months from one to another, both included. Throws `invalid_input` where there are none or too many. */
export function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from; month <= to; month = monthAfter(month)) {
    months.push(month);
    if (months.length > MOST_MONTHS) {
      throw new SignalboxError('invalid_input', { why: `At most ${MOST_MONTHS} months can be asked for at once` });
    }
  }
  if (months.length === 0) throw new SignalboxError('invalid_input', { why: 'The last month is before the first' });
  return months;
}

function monthAfter(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number)).toISOString().slice(0, 7);
}

/** When a calendar month begins and ends in a time zone. */
function spanOf(month: string, timeZone: string): { readonly start: number; readonly end: number } {
  const { start, end } = windowAt('month', timeZone, Date.parse(`${month}-15T00:00:00Z`));
  return { start, end: end ?? start };
}

/** Windows of which each lies in one calendar month. */
const IN_A_MONTH: readonly BudgetWindow[] = ['hour', 'day', 'month'];

/** What the limit of a budget comes to in a month, in its unit; null where its windows do not say. */
function plannedByLimit(budget: BudgetEntry, scope: string, span: { readonly start: number; readonly end: number }) {
  const limit = limitOf(budget, scope);
  if (budget.window === 'month') return limit;
  if (budget.window === 'quarter') return Math.floor(limit / 3);
  if (budget.window !== 'day') return null;
  let days = 0;
  for (let at: number | null = span.start; at !== null && at < span.end; days += 1) {
    const day: OpenWindow = windowAt('day', budget.timeZone, at);
    at = day.end;
  }
  return Math.min(limit * days, Number.MAX_SAFE_INTEGER);
}

interface Sources {
  readonly control: Knex;
  readonly records: Pick<RecordStore, 'spentInWindows' | 'spentByStart'>;
}

/** Plan against actual of one scope in months such as `2026-01`, which are in rising order, in the budget's time zone. */
export async function readPlan(
  { control, records }: Sources,
  budget: BudgetEntry,
  scope: string,
  named: readonly string[],
): Promise<PlannedMonth[]> {
  requireScope(budget, scope);
  const months = named.map((month) => ({ month, ...spanOf(month, budget.timeZone) }));
  const of = { organisation: budget.organisation, budget: budget.id, scope };
  const plans = await control<PlanRow>('budget_plans').where(of).whereIn('month', named).select('month', 'amount');
  const own = new Map(plans.map(({ month, amount }) => [month, amount]));
  const raised = await control('budget_adjustments')
    .where({ ...of, kind: 'top_up' })
    .select<{ at: number; window_start: number; amount: number }[]>('at', 'window_start', 'amount');
  const nests = IN_A_MONTH.includes(budget.window);
  const all = { from: months[0]?.start ?? 0, to: months.at(-1)?.end ?? 0 };
  const windows = nests ? await records.spentInWindows({ ...of, ...all }) : [];

  const found: PlannedMonth[] = [];
  for (const { month, start, end } of months) {
    const within = (at: number): boolean => at >= start && at < end;
    const actual = nests
      ? windows.filter(({ window }) => within(window)).reduce((sum, { spent }) => sum + spent, 0)
      : await records.spentByStart({ ...of, from: start, to: end });
    const toppedUp = raised
      .filter(({ at, window_start }) => within(nests ? window_start : at))
      .reduce((sum, { amount }) => sum + amount, 0);
    const plan = own.get(month);
    const planned = plan ?? plannedByLimit(budget, scope, { start, end });
    found.push({ month, planned, ownPlan: plan !== undefined, actual, toppedUp });
  }
  return found;
}
