/** The columns of an export as a table: one row for each request, in words and numbers that programs for tables know. */
import type { Knex } from 'knex';
import { findingsOf } from '../../policies/decision.ts';
import { sayPath } from '../../policies/evaluate.ts';
import { sayPlaces } from '../../policies/text/place-words.ts';
import { type Cell, writeRows } from '../months/csv.ts';
import type { RequestRecord } from '../records/record.ts';

/** What people call the things that records name by their ids; ids of what nobody knows any more have no name. */
export interface Names {
  readonly projects: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, string>;
}

/** The names of an organisation's projects, keys and policies. */
export async function readNames(control: Knex, organisation: string): Promise<Names> {
  const read = async (table: keyof Names): Promise<Map<string, string>> => {
    const rows: { id: string; name: string }[] = await control(table).where({ organisation }).select('id', 'name');
    return new Map(rows.map((row) => [row.id, row.name]));
  };
  return { projects: await read('projects'), keys: await read('keys'), policies: await read('policies') };
}

const number = (value: number | null): Cell => ({ number: value === null ? '' : String(value) });
const dollars = (nanoDollars: number | undefined): Cell => ({
  number: nanoDollars === undefined ? '' : (nanoDollars / 1e9).toFixed(9),
});

/** Tags that have a column of their own. */
const OWN_COLUMN: readonly string[] = ['team', 'user', 'usage'];

const tagOf = ({ tags }: RequestRecord, name: string): string =>
  Object.hasOwn(tags, name) ? (tags[name]?.value ?? '') : '';

const otherTags = ({ tags }: RequestRecord): string =>
  Object.entries(tags)
    .filter(([name]) => !OWN_COLUMN.includes(name))
    .map(([name, { value }]) => `${name}=${value}`)
    .join('; ');

/** "2 email, 1 phone in message 3 (user); 1 email in the system text"; of older records nothing. */
const foundWhere = ({ trace }: RequestRecord): string =>
  trace
    .flatMap(findingsOf)
    .flatMap(({ places, further }) => (places ? sayPlaces({ places, ...(further && { further }) }, sayCounts) : []))
    .map(({ place, found }) => `${found} in ${place}`)
    .join('; ');

const sayCounts = (found: RequestRecord['redactions']): string =>
  Object.entries(found)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');

const COLUMNS: readonly (readonly [head: string, cell: (record: RequestRecord, names: Names) => Cell])[] = [
  ['Request', ({ id }) => id],
  ['Time', ({ at }) => new Date(at).toISOString()],
  ['Status', ({ status }) => status],
  ['Status code', ({ httpStatus }) => number(httpStatus)],
  ['Error', ({ errorCode }) => errorCode ?? ''],
  ['Project', ({ project }) => project],
  ['Project name', ({ project }, { projects }) => projects.get(project) ?? ''],
  ['Key', ({ key }) => key],
  ['Key name', ({ key }, { keys }) => keys.get(key) ?? ''],
  ['App', ({ app }) => app ?? ''],
  ['Team', (record) => tagOf(record, 'team')],
  ['User', (record) => tagOf(record, 'user')],
  ['Usage', (record) => tagOf(record, 'usage')],
  ['Other tags', otherTags],
  ['Policy', ({ policy }) => policy ?? ''],
  ['Policy name', ({ policy }, { policies }) => (policy === null ? '' : (policies.get(policy) ?? ''))],
  ['Version', ({ version }) => number(version)],
  ['Path', ({ trace }) => sayPath(trace)],
  ['Endpoint', ({ endpoint }) => endpoint],
  ['Streamed', ({ stream }) => (stream ? 'yes' : 'no')],
  ['Requested model', ({ requestedModel }) => requestedModel],
  ['Model', ({ model }) => model ?? ''],
  ['Attempts', ({ attempts }) => number(attempts.length)],
  ['Input tokens', ({ usage }) => number(usage.inputTokens)],
  ['Cached tokens', ({ usage }) => number(usage.cachedInputTokens)],
  ['Output tokens', ({ usage }) => number(usage.outputTokens)],
  ['Reasoning tokens', ({ usage }) => number(usage.reasoningTokens)],
  ['Tokens counted by', ({ usageSource }) => usageSource],
  ['Cost in dollars', ({ cost }) => dollars(cost)],
  ['Saved by routing in dollars', ({ savedByRouting }) => dollars(savedByRouting)],
  ['Saved by caching in dollars', ({ savedByCaching }) => dollars(savedByCaching)],
  ['Milliseconds', ({ durationMs }) => number(durationMs)],
  ['Milliseconds in the gateway', ({ overheadMs }) => number(overheadMs)],
  [
    'Redactions',
    ({ redactions }) =>
      Object.entries(redactions)
        .map(([type, count]) => `${type}: ${count}`)
        .join('; '),
  ],
  ['Redactions by place', foundWhere],
];

/** The heads of the columns, as the first line of the table. */
export const tableHead = (): string => writeRows([COLUMNS.map(([head]) => head)]);

/** Rows of the table. */
export const tableRows = (records: readonly RequestRecord[], names: Names): string =>
  writeRows(records.map((record) => COLUMNS.map(([, cell]) => cell(record, names))));
