/**
 * The operators of conditions: one table from which dropdown, schema, both evaluators and words come. Each operator is
 * written twice on purpose: `compile` makes the closure that decides, `engine` is what json-rules-engine evaluates beside
 * it, and a property test holds the two together.
 *
 * A fact that the request does not have makes every operator false except `missing`, so that nothing is decided by the
 * absence of something unless the author says so.
 */
import { RE2JS } from 're2js';
import { z } from 'zod';
import type { FactType, FactValue } from './facts.ts';
import { patternProblem } from './text/detectors/pattern.ts';

export type Present = Exclude<FactValue, null>;
type Test = (fact: Present) => boolean;

export interface Operator {
  readonly label: string;
  /** Types of facts that it can be used on. */
  readonly types: readonly FactType[];
  /** The right side. */
  readonly value: z.ZodType;
  compile(value: unknown): Test;
  engine(fact: Present, value: unknown): boolean;
}

const text = z.string().max(2000);
const texts = z.array(text).min(1).max(1000);
const number = z.number();
const range = z
  .tuple([number, number])
  .refine(([low, high]) => low <= high, 'The first number of a range is the smaller one.');
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
const clock = z.string().regex(CLOCK, 'Write a time as HH:MM, from 00:00 to 23:59.');
const clocks = z.tuple([clock, clock]);
const always = z.literal(true);
const scalar = z.union([text, number, z.boolean()]);

const pattern = text.superRefine((value, ctx) => {
  const problem = patternProblem(value);
  if (problem) ctx.addIssue({ code: 'custom', message: problem });
});

const lower = (value: unknown): string => String(value).toLowerCase();
/** Minutes since midnight; not a number for what is no time. */
const minutes = (time: string): number =>
  CLOCK.test(time) ? Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) : Number.NaN;

/** [from, to) on the clock; a range that ends before it starts goes over midnight. */
function during(now: number, from: number, to: number): boolean {
  return from <= to ? now >= from && now < to : now >= from || now < to;
}

/** Puts an operator together so that its right side is parsed once and typed in both of its forms. */
function operator<V extends z.ZodType>(
  label: string,
  types: readonly FactType[],
  value: V,
  compile: (value: z.output<V>) => Test,
  engine: (fact: Present, value: z.output<V>) => boolean,
): Operator {
  return {
    label,
    types,
    value,
    compile: (right) => compile(value.parse(right)),
    engine: (fact, right) => engine(fact, value.parse(right)),
  };
}

const SCALARS: readonly FactType[] = ['string', 'number', 'boolean', 'time'];
const TEXTS: readonly FactType[] = ['string', 'text'];
const NUMBERS: readonly FactType[] = ['number'];
const LISTS: readonly FactType[] = ['list'];
const TIMES: readonly FactType[] = ['time'];
const ALL: readonly FactType[] = ['string', 'number', 'boolean', 'time', 'text', 'list'];

const num = (fact: Present): number => (typeof fact === 'number' ? fact : Number.NaN);
const list = (fact: Present): readonly string[] => (typeof fact === 'object' ? fact : []);

export const operators = {
  equal: operator(
    'is',
    SCALARS,
    scalar,
    (value) => (fact) => fact === value,
    (fact, value) => Object.is(fact, value) || fact === value,
  ),
  notEqual: operator(
    'is not',
    SCALARS,
    scalar,
    (value) => (fact) => fact !== value,
    (fact, value) => !(fact === value),
  ),
  in: operator(
    'is one of',
    ['string'],
    texts,
    (value) => {
      const set = new Set<Present>(value);
      return (fact) => set.has(fact);
    },
    (fact, value) => value.some((one) => one === fact),
  ),
  notIn: operator(
    'is none of',
    ['string'],
    texts,
    (value) => {
      const set = new Set<Present>(value);
      return (fact) => !set.has(fact);
    },
    (fact, value) => value.every((one) => one !== fact),
  ),
  contains: operator(
    'contains',
    TEXTS,
    text.min(1),
    (value) => {
      const needle = value.toLowerCase();
      return (fact) => lower(fact).includes(needle);
    },
    (fact, value) => lower(fact).indexOf(lower(value)) !== -1,
  ),
  doesNotContain: operator(
    'does not contain',
    TEXTS,
    text.min(1),
    (value) => {
      const needle = value.toLowerCase();
      return (fact) => !lower(fact).includes(needle);
    },
    (fact, value) => lower(fact).indexOf(lower(value)) === -1,
  ),
  startsWith: operator(
    'starts with',
    TEXTS,
    text.min(1),
    (value) => {
      const head = value.toLowerCase();
      return (fact) => lower(fact).startsWith(head);
    },
    (fact, value) => lower(fact).slice(0, lower(value).length) === lower(value),
  ),
  endsWith: operator(
    'ends with',
    TEXTS,
    text.min(1),
    (value) => {
      const tail = value.toLowerCase();
      return (fact) => lower(fact).endsWith(tail);
    },
    (fact, value) => lower(fact).slice(-lower(value).length) === lower(value),
  ),
  matches: operator(
    'matches the pattern',
    TEXTS,
    pattern,
    (value) => {
      const compiled = RE2JS.compile(value);
      return (fact) => compiled.matcher(String(fact)).find();
    },
    (fact, value) => RE2JS.compile(value).test(String(fact)),
  ),
  lessThan: operator(
    'is less than',
    NUMBERS,
    number,
    (value) => (fact) => num(fact) < value,
    (fact, value) => value > num(fact),
  ),
  lessThanInclusive: operator(
    'is at most',
    NUMBERS,
    number,
    (value) => (fact) => num(fact) <= value,
    (fact, value) => value >= num(fact),
  ),
  greaterThan: operator(
    'is more than',
    NUMBERS,
    number,
    (value) => (fact) => num(fact) > value,
    (fact, value) => value < num(fact),
  ),
  greaterThanInclusive: operator(
    'is at least',
    NUMBERS,
    number,
    (value) => (fact) => num(fact) >= value,
    (fact, value) => value <= num(fact),
  ),
  between: operator(
    'is from … to',
    NUMBERS,
    range,
    ([low, high]) =>
      (fact) =>
        num(fact) >= low && num(fact) <= high,
    (fact, [low, high]) => !(num(fact) < low) && !(num(fact) > high) && !Number.isNaN(num(fact)),
  ),
  includes: operator(
    'includes',
    LISTS,
    text,
    (value) => (fact) => list(fact).includes(value),
    (fact, value) => list(fact).some((one) => one === value),
  ),
  doesNotInclude: operator(
    'does not include',
    LISTS,
    text,
    (value) => (fact) => !list(fact).includes(value),
    (fact, value) => list(fact).every((one) => one !== value),
  ),
  includesAny: operator(
    'includes any of',
    LISTS,
    texts,
    (value) => {
      const set = new Set(value);
      return (fact) => list(fact).some((one) => set.has(one));
    },
    (fact, value) => value.some((one) => list(fact).includes(one)),
  ),
  isEmpty: operator(
    'is empty',
    LISTS,
    always,
    () => (fact) => list(fact).length === 0,
    (fact) => list(fact)[0] === undefined,
  ),
  during: operator(
    'is from … until',
    TIMES,
    clocks,
    ([from, to]) => {
      const start = minutes(from);
      const end = minutes(to);
      return (fact) => during(minutes(String(fact)), start, end);
    },
    // Times as HH:MM sort like the clock.
    (fact, [from, to]) => {
      const now = String(fact);
      if (!clock.safeParse(now).success) return false;
      return from <= to ? from <= now && now < to : from <= now || now < to;
    },
  ),
  exists: operator(
    'is known',
    ALL,
    always,
    () => () => true,
    (fact) => fact !== undefined,
  ),
  missing: operator(
    'is missing',
    ALL,
    always,
    () => () => false,
    (fact) => fact === undefined,
  ),
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

export const OPERATOR_NAMES = Object.keys(operators) as [OperatorName, ...OperatorName[]];

export function isOperator(name: string): name is OperatorName {
  return Object.hasOwn(operators, name);
}

// Made once: to make one takes longer than all else that an explanation of a request does.
const figures = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

/** The right side in words: "search, ads", "10 to 20"; a yes or no for truth values. */
export function sayValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(sayValue).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return figures.format(value);
  return String(value);
}
