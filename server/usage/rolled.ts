/** Answers from the roll-ups: as few rows as the span of time and the groups allow, added up by the database. */
import type { Knex } from 'knex';
import { OTHERS, type StoredValue, stored, WITHIN_POLICY } from './dimensions.ts';
import { dearest, type Group, Groups, type Kept, merged, onlyKept, valuesOf } from './groups.ts';
import { readLatencies } from './latencies.ts';
import type { Condition, Place, Question } from './question.ts';
import { MEASURES, type Measure, noSums } from './sums.ts';
import { ask, COLUMN_OF, cursorOf, SUMS } from './tables.ts';
import { type Part, runsOf } from './times.ts';

export interface Rolled {
  /** As many as the question wants apart, and the others. */
  readonly groups: readonly Group[];
  /** Requests among the others of which some may belong to the values that are asked for. */
  readonly uncertain: number;
}

/**
 * Sums of whole hours; `parts` are the question's. `tailOf` gives the sums of the records that came after the position up to
 * which the roll-ups go.
 */
export async function rolledGroups(
  sums: Knex,
  question: Question,
  place: Place,
  parts: readonly Part[],
  tailOf: (position: number) => Promise<readonly Group[]>,
): Promise<Rolled> {
  for (;;) {
    const rolled = await inOneMoment(sums, async (trx) => {
      const cursor = await cursorOf(trx, SUMS);
      if (!cursor) throw new Error('The usage roll-ups have no cursor.');
      const tail = await tailOf(cursor.position);
      // Where time is taken apart, there are far fewer sums if it is known before what is told apart.
      const isMany = question.every !== null && question.by.length > 0;
      const before = isMany ? await keptOf(trx, question, place, parts, tail) : null;
      const groups = merged(await readGroups(trx, question, place, parts, before), tail);
      const kept = isMany ? before : dearest(groups, question.limit);
      const uncertain = await countOthers(trx, question, place, parts);
      return { groups: onlyKept(groups, kept), uncertain, run: cursor.run };
    });
    // Where all sums were put in place of others meanwhile, they may be newer than the cursor that was read.
    const now = await cursorOf(sums, SUMS);
    if (now?.run === rolled.run) return rolled;
  }
}

/** What is told apart, by its sums of the whole time. */
async function keptOf(
  trx: Knex,
  question: Question,
  place: Place,
  parts: readonly Part[],
  tail: readonly Group[],
): Promise<Kept | null> {
  const whole = await readGroups(trx, { ...question, every: null }, place, parts, null);
  return dearest([...whole, ...tail], question.limit);
}

/** The sums and their cursor, neither of them newer than the other. */
function inOneMoment<T>(sums: Knex, work: (trx: Knex) => Promise<T>): Promise<T> {
  // On SQLite every transaction sees one moment.
  const isPostgres = sums.client.config.client === 'pg';
  return sums.transaction(work, isPostgres ? { isolationLevel: 'repeatable read', readOnly: true } : {});
}

type Row = Readonly<Record<Measure, number>> & {
  readonly start: number;
  readonly one: StoredValue;
  readonly two: StoredValue;
  readonly latencies: string;
};

async function readGroups(
  trx: Knex,
  question: Question,
  place: Place,
  parts: readonly Part[],
  kept: Kept | null,
): Promise<readonly Group[]> {
  const told = question.by.map((by) => column(place, by));
  const { sql, bindings } = conditionsSql(question.conditions, place);
  const isTold = kept && isKeptSql(trx, told);
  const values = ['one', 'two'].map((name, i) => {
    const value = told[i] ?? "''";
    return told[i] !== undefined && isTold
      ? `CASE WHEN ${isTold} THEN ${value} ELSE '${OTHERS}' END AS ${name}`
      : `${value} AS ${name}`;
  });
  const keptJson = kept ? told.map(() => JSON.stringify(valuesOf(kept))) : [];
  const numbers = MEASURES.map((one) => `CAST(SUM(sums.${COLUMN_OF[one]}) AS double precision) AS "${one}"`);
  const rows = await ask<Row>(
    trx,
    `SELECT CAST(given.value ->> 0 AS bigint) AS start, ${values.join(', ')}, ${numbers.join(', ')},
      string_agg(sums.latencies, ' ') AS latencies
      FROM ${runsFrom(trx)}${sql} GROUP BY 1, 2, 3`,
    [...keptJson, runsJson(question, parts), question.organisation, place.dimension, ...bindings],
  );
  const groups = new Groups();
  for (const row of rows) {
    const sums = noSums();
    for (const one of MEASURES) sums[one] = row[one];
    readLatencies(sums.latencies, row.latencies);
    groups.add([row.one, row.two].slice(0, told.length), question.every === null ? null : row.start, sums);
  }
  return groups.all;
}

/** Whether a row's values are told apart, with their list to be bound; those that were put together before stay so. */
function isKeptSql(knex: Knex, told: readonly string[]): string {
  const parts = told.map((_, i) => `CAST(kept.value ->> ${i} AS text)`).join(', ');
  const others = told.map((name) => `${name} = '${OTHERS}'`).join(' OR ');
  return `(${told.join(', ')}) IN (SELECT ${parts} FROM ${jsonRows(knex)} AS kept) OR ${others}`;
}

/** How many requests are among the others of a dimension that a condition is on. */
async function countOthers(trx: Knex, question: Question, place: Place, parts: readonly Part[]): Promise<number> {
  const asked = question.conditions.map(({ by }) => column(place, by));
  if (asked.length === 0) return 0;
  const rows = await ask<{ requests: number }>(
    trx,
    `SELECT CAST(COALESCE(SUM(sums.requests), 0) AS double precision) AS requests
      FROM ${runsFrom(trx)} AND (${asked.map((name) => `${name} = '${OTHERS}'`).join(' OR ')})`,
    [runsJson({ ...question, every: null }, parts), question.organisation, place.dimension],
  );
  return rows[0]?.requests ?? 0;
}

/** The parts of a JSON array that is to be bound, as rows with a `value`. */
const jsonRows = (knex: Knex): string =>
  knex.client.config.client === 'pg' ? 'json_array_elements(CAST(? AS json))' : 'json_each(?)';

/** Rows of the runs of hours, days and months that are asked for. SQLite takes tables in this order: run by run, by their key. */
const runsFrom = (knex: Knex): string =>
  `${jsonRows(knex)} AS given
   CROSS JOIN ${SUMS} AS sums
   WHERE sums.organisation = ? AND sums.dimension = ? AND sums.level = given.value ->> 1
     AND sums.at >= CAST(given.value ->> 2 AS bigint) AND sums.at < CAST(given.value ->> 3 AS bigint)`;

/** Each run with the start of its part. */
function runsJson({ every }: Question, parts: readonly Part[]): string {
  const [first] = parts;
  const last = parts.at(-1);
  const whole = every === null && first && last ? [{ start: first.start, from: first.from, to: last.to }] : parts;
  return JSON.stringify(
    whole.flatMap((part) => runsOf(part).map(({ level, from, to }) => [part.start, level, from, to])),
  );
}

function column(place: Place, by: string): string {
  const found = Object.entries(place.columns).find(([dimension]) => dimension === by)?.[1];
  if (found === undefined) throw new Error(`The roll-ups of ${place.dimension} do not tell ${by}.`);
  return `sums.${found}`;
}

function conditionsSql(conditions: readonly Condition[], place: Place): { sql: string; bindings: string[] } {
  let sql = '';
  const bindings: string[] = [];
  for (const condition of conditions) {
    const name = column(place, condition.by);
    if ('is' in condition) {
      sql += ` AND ${name} = ?`;
      bindings.push(stored(condition.is));
    } else if ('among' in condition) {
      sql += ` AND ${name} IN (${condition.among.map(() => '?').join(', ') || 'NULL'})`;
      bindings.push(...condition.among.map(stored));
    } else {
      const prefix = `=${condition.policy}${WITHIN_POLICY[condition.by]}`;
      sql += ` AND ${name} >= ? AND ${name} < ?`;
      bindings.push(prefix, after(prefix));
    }
  }
  return { sql, bindings };
}

/** The first text that comes after all that begin so. */
const after = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
