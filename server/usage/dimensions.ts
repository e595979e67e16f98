/**
 * What usage is told by. Roll-ups are sums of every hour, day and month (in UTC) for each value of each dimension by itself,
 * and for the values of a few pairs that people ask for together. The product of all dimensions is never kept: it would have
 * nearly as many rows as there are requests. So adding a dimension costs a row for each of its values in an hour, a question
 * with one dimension (or a declared pair) is answered from the sums, and every other question reads the records.
 *
 * Some dimensions hold what callers write. Of each no more than so many values are kept in an hour, a day and a month; what
 * comes after is counted together, as “others”, so that no caller can make the sums grow without end.
 */

export const DIMENSIONS = [
  'team',
  'project',
  'key',
  'user',
  'app',
  'model',
  'provider',
  'policy',
  'version',
  'node',
  'status',
  'usage',
  'workflow',
  'agent',
  'endpoint',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The first of a pair is kept with its sums where too many values of the second come. */
export const PAIRS = [
  ['team', 'model'],
  ['team', 'usage'],
  ['project', 'model'],
  ['team', 'user'],
  ['model', 'usage'],
] as const satisfies readonly (readonly [Dimension, Dimension])[];

/** What the sums of a pair are kept under. */
export const pairName = ([first, second]: readonly [Dimension, Dimension]): string => `${first},${second}`;

/** Tags that are dimensions of the same name. The team is not one of them: without that tag it is the project's. */
export const TAG_DIMENSIONS: ReadonlySet<string> = new Set(['user', 'usage', 'workflow', 'agent']);

/** Dimensions whose values begin with the id of a policy, and what stands after it. */
export const WITHIN_POLICY = { version: '@', node: '/' } as const satisfies Partial<Record<Dimension, string>>;

export const LEVELS = ['hour', 'day', 'month'] as const;
export type Level = (typeof LEVELS)[number];

/** Values of a dimension that are kept apart. */
export const MOST_VALUES: Readonly<Record<Level, number>> = { hour: 2_000, day: 4_000, month: 10_000 };

const LONGEST_VALUE = 200;

/** A value in the tables: `=` and the text, nothing where a request has no value, `*` for the others. */
export type StoredValue = string;
export const NO_VALUE: StoredValue = '';
export const OTHERS: StoredValue = '*';

/** Long values are cut, so that they fit in an index; those that differ only after that are counted together. */
export const stored = (value: string | null): StoredValue =>
  value === null ? NO_VALUE : `=${value.length > LONGEST_VALUE ? cut(value) : value}`;

/** Without half a character at its end. */
const cut = (value: string): string => value.slice(0, LONGEST_VALUE).replace(/[\ud800-\udbff]$/, '');

/** The value that was stored; null for none and for the others. */
export const readValue = (value: StoredValue): string | null => (value.startsWith('=') ? value.slice(1) : null);
