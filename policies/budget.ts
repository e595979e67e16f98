/** Budgets: the stored object, its calendar windows, and the pure rule by which a request fits or not. */
import { z } from 'zod';
import type { HoldNeed, HoldResult } from './effects.ts';
import type { Run } from './run.ts';

export const BUDGET_WINDOWS = ['hour', 'day', 'week', 'month', 'quarter', 'total'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const timeZoneSchema = z
  .string()
  .min(1)
  .max(64)
  .refine(isTimeZone, 'There is no time zone of that name; write one such as Europe/Berlin or UTC.');

/** What an administrator sets. `limit` is in nano-dollars or tokens; at most 2^53 - 1, which is about nine million dollars. */
export const budgetSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  /** What is counted apart: each project, team, key, user or value of a tag; nothing for the whole organisation. */
  scope: z
    .array(
      z
        .string()
        .regex(
          /^(project|key|team|user|usage|tags\.[A-Za-z][A-Za-z0-9_.-]{0,63})$/,
          'A scope is project, key, team, user, usage or tags.name.',
        ),
    )
    .max(5),
  window: z.enum(BUDGET_WINDOWS),
  timeZone: timeZoneSchema,
  unit: z.enum(['usd', 'tokens']),
  limit: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  owner: z.string().max(200).nullable(),
});

export interface Budget extends z.infer<typeof budgetSchema> {
  readonly id: string;
  readonly revision: number;
}

/** The window open at a moment: start, and end or null where it never ends; milliseconds since 1970. */
export interface OpenWindow {
  readonly start: number;
  readonly end: number | null;
}

interface Local {
  year: number;
  month: number;
  day: number;
  hour: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that local time is ahead of UTC at a moment. */
function offsetAt(at: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(at)) part[type] = Number(value);
  const local = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
  return local - Math.floor(at / 1000) * 1000;
}

/** The moment at which local clocks first show a time; a time that a change of clocks skips is the moment of the change. */
function moment(local: Local, zone: string): number {
  const wall = Date.UTC(local.year, local.month, local.day, local.hour);
  const offsets = [offsetAt(wall - 86_400_000, zone), offsetAt(wall + 86_400_000, zone)];
  const early = wall - Math.max(...offsets);
  const late = wall - Math.min(...offsets);
  if (early + offsetAt(early, zone) === wall) return early;
  if (late + offsetAt(late, zone) === wall) return late;
  return changeBetween(early, late, zone);
}

/** The moment between two others at which the offset of a zone changes. */
function changeBetween(from: number, to: number, zone: string): number {
  let low = Math.floor(from / 1000) * 1000;
  let high = Math.ceil(to / 1000) * 1000;
  const before = offsetAt(low, zone);
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** The calendar window that contains `at`, in the zone's own local time. Weeks start on Monday. */
export function windowAt(window: BudgetWindow, zone: string, at: number): OpenWindow {
  if (window === 'total') return { start: 0, end: null };
  if (window === 'hour') {
    const offset = offsetAt(at, zone);
    const start = Math.floor((at + offset) / 3_600_000) * 3_600_000 - offset;
    const end = start + 3_600_000;
    // A change of clocks within the hour, such as Lord Howe's by half an hour, ends one window and starts another.
    return {
      start: offsetAt(start, zone) === offset ? start : changeBetween(start, at, zone),
      end: offsetAt(end - 1, zone) === offset ? end : changeBetween(at, end, zone),
    };
  }
  const shifted = new Date(at + offsetAt(at, zone));
  const from: Local = {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    hour: 0,
  };
  const to: Local = { ...from };
  if (window === 'day') to.day += 1;
  else if (window === 'week') {
    from.day -= (shifted.getUTCDay() + 6) % 7;
    to.day = from.day + 7;
  } else {
    from.day = to.day = 1;
    if (window === 'quarter') from.month -= from.month % 3;
    to.month = from.month + (window === 'quarter' ? 3 : 1);
  }
  const end = moment(to, zone);
  // Where clocks go back over midnight, the old date is shown again after the new one has begun: it stays the new one.
  return at < end ? { start: moment(from, zone), end } : windowAt(window, zone, end + HALF_A_DAY);
}

const HALF_A_DAY = 43_200_000;

/** A budget as it stands in a window for which `amount` was added to its limit, in the budget's unit. */
export function toppedUpBy<B extends Budget>(budget: B, amount: number): B {
  return amount === 0 ? budget : { ...budget, limit: budget.limit + amount };
}

/** What a request would take of a budget by each of the node's ports; null where it has no bound or no price. */
export interface HoldBounds {
  readonly within: number;
  readonly warning: number;
}

/** The port by which a request leaves a budget node, why, and the amount that it asked for in the budget's unit. */
export interface HoldDecision {
  readonly port: HoldResult['port'];
  readonly why: HoldResult['why'];
  readonly amount: number;
}

/**
 * The rule of admission: spent + held + the new hold never exceeds the limit. `within` is tried with the dearest model that
 * it can reach while spend and holds are below the warning share; then `warning` with its own; else the budget is exhausted.
 */
export function decideHold(
  state: { readonly limit: number; readonly spent: number; readonly held: number },
  bounds: HoldBounds,
  warnAt: number | null,
): HoldDecision {
  const used = state.spent + state.held;
  const warned = warnAt !== null && used >= state.limit * warnAt && state.limit > 0;
  if (!warned && used + bounds.within <= state.limit) return { port: 'within', why: 'fits', amount: bounds.within };
  if (warnAt !== null && used + bounds.warning <= state.limit) {
    return { port: 'warning', why: warned ? 'over_warning' : 'over_limit', amount: bounds.warning };
  }
  return { port: 'exhausted', why: 'over_limit', amount: bounds.within };
}

/** A budget's state and a node's question put together into the answer that the trace keeps. */
export function holdResult(
  budget: Budget,
  scope: string,
  need: HoldNeed,
  state: { readonly spent: number; readonly held: number; readonly resetsAt: number | null },
  decided: HoldDecision,
  bounds: HoldBounds | null,
): HoldResult {
  return {
    port: decided.port,
    why: decided.why,
    amount: decided.amount,
    budget: budget.id,
    budgetName: budget.name,
    revision: budget.revision,
    scope,
    unit: budget.unit,
    limit: budget.limit,
    spent: state.spent,
    held: state.held,
    bounds,
    within: need.within,
    warning: need.warning,
    outputLimit: need.outputLimit,
    resetsAt: state.resetsAt,
    owner: budget.owner,
  };
}

/** The answer for a budget that a node names and nobody has. */
export function missingBudget(need: HoldNeed): HoldResult {
  return {
    port: 'exhausted',
    why: 'no_budget',
    amount: 0,
    budget: need.budget,
    budgetName: need.budget,
    revision: 0,
    scope: '',
    unit: 'usd',
    limit: 0,
    spent: 0,
    held: 0,
    bounds: null,
    within: need.within,
    warning: need.warning,
    outputLimit: need.outputLimit,
    resetsAt: null,
    owner: null,
  };
}

/** The part of a budget that a request counts in, such as "team=search"; empty for the whole organisation. */
export function scopeOf(budget: Pick<Budget, 'scope'>, run: Run): string {
  return budget.scope
    .map((name) => {
      const value = run.read(name === 'key' ? 'key.id' : name, false);
      return `${name}=${value === null ? '' : String(value)}`;
    })
    .join(',');
}
