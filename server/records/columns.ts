/** Columns of the records' tables in the order in which a batch brings them, with their types in PostgreSQL. */
export type Columns = Readonly<Record<string, 'text' | 'bigint' | 'integer'>>;

/** A record before its `detail`. */
export const HEAD = {
  id: 'text',
  organisation: 'text',
  project: 'text',
  key_id: 'text',
  at: 'bigint',
  status: 'text',
  app: 'text',
  model: 'text',
  policy: 'text',
  version: 'integer',
  input_tokens: 'bigint',
  output_tokens: 'bigint',
  cost: 'bigint',
  tags: 'text',
  charges: 'text',
} as const satisfies Columns;

/** An intent before its `body`. */
export const INTENT = {
  id: 'text',
  gateway: 'text',
  organisation: 'text',
  project: 'text',
  at: 'bigint',
} as const satisfies Columns;

export const SPEND = {
  organisation: 'text',
  project: 'text',
  budget: 'text',
  scope: 'text',
  unit: 'text',
  window_start: 'bigint',
  spent: 'bigint',
} as const satisfies Columns;

export const CORRECTION = {
  ...SPEND,
  at: 'bigint',
  reason: 'text',
  actor: 'text',
  reference: 'text',
} as const satisfies Columns;

export const PATH = {
  organisation: 'text',
  project: 'text',
  policy: 'text',
  version: 'integer',
  hour: 'bigint',
  path: 'text',
  requests: 'bigint',
  errors: 'bigint',
  cost: 'bigint',
} as const satisfies Columns;

export const HOUR_SPEND = {
  organisation: 'text',
  budget: 'text',
  scope: 'text',
  hour: 'bigint',
  spent: 'bigint',
} as const satisfies Columns;

export const SESSION = {
  organisation: 'text',
  session: 'text',
  first_at: 'bigint',
  last_at: 'bigint',
  requests: 'bigint',
  errors: 'bigint',
  cost: 'bigint',
  workflow: 'text',
  agent: 'text',
} as const satisfies Columns;

export const SESSION_REQUEST = {
  organisation: 'text',
  session: 'text',
  at: 'bigint',
  id: 'text',
} as const satisfies Columns;

/** Names for a statement. */
export const listed = (columns: Columns): string => Object.keys(columns).join(', ');
