/** Budgets: the stored object, its calendar windows, and the pure rule by which a request fits or not. */
import { z } from 'zod';
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

const TOO_MUCH =
  'This is more than can be counted exactly. At most about nine million dollars, or nine quadrillion tokens, can be set.';

/** An amount that a limit or a plan can have, in nano-dollars or tokens. */
export const limitSchema = z
  .int({
    error: ({ code }) =>
      code === 'too_big' ? TOO_MUCH : 'An amount is a whole number of nano-dollars or tokens, not less than zero.',
  })
  .min(0, 'A limit cannot be below zero.');

/** Shares of the limit at which people are told, in rising order: 1 is the limit itself. */
const thresholdsSchema = z
  .array(
    z.number().gt(0, 'A threshold has to be above 0 %.').max(10, 'A threshold can be at most ten times the limit.'),
  )
  .max(5, 'A budget can have at most five thresholds.')
  .refine(
    (shares) => shares.every((share, i) => i === 0 || share > (shares[i - 1] ?? 0)),
    'Write the thresholds in rising order, each once.',
  );

const MOST_OWN_LIMITS = 500;

/** Budgets in a line at most, from one that has no parent down to one that is nobody's. */
export const DEEPEST = 5;

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
  limit: limitSchema,
  /** Limits of their own for single scopes, such as `team=search`; the others have `limit`. */
  limits: z
    .record(z.string().max(1000), limitSchema)
    .refine(
      (limits) => Object.keys(limits).length <= MOST_OWN_LIMITS,
      `At most ${MOST_OWN_LIMITS} scopes can have a limit of their own.`,
    )
    .default({}),
  thresholds: thresholdsSchema.default([0.8, 1]),
  /** Id of the budget that this one is a part of: what is held here is held there too. */
  parent: z.string().min(1).max(100).nullable().default(null),
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

/** The limit of one scope of a budget, in the budget's unit and without what was added for a window. */
export function limitOf(budget: Pick<Budget, 'limit' | 'limits'>, scope: string): number {
  return (Object.hasOwn(budget.limits, scope) ? budget.limits[scope] : undefined) ?? budget.limit;
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

/**
 * A scope's value in words: the whole organisation where nothing is counted apart, and the name of a key for its id where
 * `keyName` knows it.
 */
export function sayScope(scope: string, keyName: (id: string) => string | undefined): string {
  if (scope === '') return 'the organisation';
  return scope.replace(/(^|,)key=([^,]*)/, (part, before: string, id: string) => {
    const name = keyName(id);
    return name === undefined ? part : `${before}key=${name}`;
  });
}
