/**
 * How vendors call what their usage files hold. Names are compared in lower case with everything but letters and digits as
 * one underscore; the first name of a list that a file has is the one that is read.
 */

/** One column of each is read. */
const SINGLE = {
  start: [
    ...['start_time', 'start_time_iso', 'starting_at', 'bucket_start_time', 'period_start', 'start', 'start_date'],
    ...['usage_date_utc', 'usage_date', 'date_utc', 'date', 'day', 'date_range', 'period', 'timestamp', 'time'],
  ],
  end: ['end_time', 'end_time_iso', 'ending_at', 'bucket_end_time', 'period_end', 'end', 'end_date'],
  model: ['model_version', 'model', 'model_name', 'model_id', 'snapshot_id', 'snapshot'],
  item: ['line_item', 'item', 'description'],
  requests: ['num_model_requests', 'num_requests', 'n_requests', 'request_count', 'model_requests', 'requests'],
  input: ['input_tokens', 'total_input_tokens', 'prompt_tokens', 'n_context_tokens_total', 'context_tokens'],
  uncachedInput: [
    ...['usage_input_tokens_no_cache', 'uncached_input_tokens', 'input_tokens_no_cache', 'input_uncached_tokens'],
  ],
  cachedPart: ['input_cached_tokens', 'cached_input_tokens', 'n_cached_context_tokens_total', 'cached_tokens'],
  cacheRead: ['usage_input_tokens_cache_read', 'cache_read_input_tokens', 'cache_read_tokens'],
  output: [
    'output_tokens',
    'usage_output_tokens',
    'total_output_tokens',
    'completion_tokens',
    'n_generated_tokens_total',
  ],
  dollars: [
    ...['amount_value', 'cost_usd', 'total_cost_usd', 'cost_in_usd', 'amount_usd', 'cost_dollars', 'cost_in_dollars'],
    ...['total_cost', 'cost', 'amount', 'usd', 'spend'],
  ],
  cents: [
    'cost_cents',
    'cost_in_cents',
    'total_cost_cents',
    'amount_cents',
    'amount_in_cents',
    'cost_usd_cents',
    'cents',
  ],
  currency: ['amount_currency', 'currency'],
} as const satisfies Record<string, readonly string[]>;

/** All of these that a file has are added up. */
const CACHE_WRITES: readonly string[] = [
  ...['usage_input_tokens_cache_write_5m', 'usage_input_tokens_cache_write_1h', 'usage_input_tokens_cache_write'],
  ...['cache_creation_input_tokens', 'ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens', 'cache_write_tokens'],
];

export type Role = keyof typeof SINGLE;

const ROLES = Object.keys(SINGLE) as Role[];

const WORDS: Readonly<Record<Role, string>> = {
  start: 'the day',
  end: 'the end of the time',
  model: 'the model',
  item: 'the model, before the first comma',
  requests: 'requests',
  input: 'input tokens',
  uncachedInput: 'input tokens that came from no cache',
  cachedPart: 'cached input tokens, a part of the input',
  cacheRead: 'input tokens read from a cache',
  output: 'output tokens',
  dollars: 'cost in dollars',
  cents: 'cost in cents',
  currency: 'the currency',
};

/** Where a file has what, by the number of the column. */
export interface Columns {
  readonly at: Readonly<Partial<Record<Role, number>>>;
  readonly cacheWrites: readonly number[];
  /** The columns that are read, as the file names them, and as what. */
  readonly read: readonly { readonly column: string; readonly as: string }[];
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

/** The columns of a head; null where it is no head of a usage file: it needs a day, a model, and tokens or a cost. */
export function columnsOf(head: readonly string[]): Columns | null {
  const names = head.map(plain);
  const at: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const name = SINGLE[role].find((one) => names.includes(one));
    if (name !== undefined) at[role] = names.indexOf(name);
  }
  const cacheWrites = names.flatMap((name, i) => (CACHE_WRITES.includes(name) ? [i] : []));
  if (at.model !== undefined) delete at.item;
  if (at.dollars !== undefined) delete at.cents;
  // Where what caches took stands apart, the plain input is what came from none.
  if (
    at.uncachedInput === undefined &&
    at.input !== undefined &&
    (at.cacheRead !== undefined || cacheWrites.length > 0)
  ) {
    at.uncachedInput = at.input;
    delete at.input;
  }
  if (at.input !== undefined) delete at.uncachedInput;
  if (at.cacheRead !== undefined) delete at.cachedPart;
  const hasCost = at.dollars !== undefined || at.cents !== undefined;
  if (!hasCost) delete at.currency;
  const hasTokens = (at.input ?? at.uncachedInput ?? at.output) !== undefined;
  if (at.start === undefined || (at.model ?? at.item) === undefined || (!hasTokens && !hasCost)) return null;
  const read = [
    ...ROLES.flatMap((role) => {
      const column = at[role];
      return column === undefined ? [] : [{ column: head[column] ?? '', as: WORDS[role] }];
    }),
    ...cacheWrites.map((column) => ({ column: head[column] ?? '', as: 'input tokens put into a cache' })),
  ];
  return { at, cacheWrites, read };
}

/** What was looked for, for a file that has none of it. */
export const LOOKED_FOR =
  'a day (such as “start_time”, “usage_date_utc” or “date”), a model (such as “model”, “model_version” or “line_item”), and tokens or a cost (such as “input_tokens”, “output_tokens”, “amount_value” or “cost_usd”)';
