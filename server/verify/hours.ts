/** Compares what forecasts read, spend by the hour, with the records that it was added up from. */
import type { Knex } from 'knex';
import { DIALECTS } from '../records/queries.ts';

/** Hours that are listed: more of them say nothing new. */
const LISTED = 20;

interface Hour {
  readonly budget: string;
  readonly scope: string;
  readonly hour: number;
  readonly due: number;
  readonly counted: number;
}

/** What is wrong, each in words. The database adds up, on its own disk: hours times scopes can be many. */
export async function checkHours(
  trx: Knex.Transaction,
  dialect: 'sqlite' | 'postgres',
  names: ReadonlyMap<string, string>,
): Promise<string[]> {
  let hours: Hour[];
  try {
    // A query that fails would end the whole transaction on PostgreSQL: it gets one of its own within.
    hours = await trx.transaction((inner) => differing(inner, dialect));
  } catch {
    return ['Spend by the hour cannot be compared: the charges of some record cannot be read.'];
  }
  return hours.map(({ budget, scope, hour, due, counted }) => {
    const of = scope === '' ? 'the whole organisation' : scope;
    const when = new Date(Number(hour)).toISOString();
    return `Spend by the hour of the budget “${names.get(budget) ?? budget}” for ${of} counts ${counted} in the hour from ${when}, and its records add up to ${due}.`;
  });
}

function differing(trx: Knex.Transaction, dialect: 'sqlite' | 'postgres'): Promise<Hour[]> {
  const charged = trx
    .select(
      'records.organisation',
      trx.raw(`charge.value ->> 'budget' AS budget, charge.value ->> 'scope' AS scope,
        records.at - records.at % 3600000 AS hour,
        CAST(charge.value ->> 'settled' AS bigint) AS due, 0 AS counted`),
    )
    .from(trx.raw(`records, ${DIALECTS[dialect].charges} AS charge`));
  const summed = trx('spend_by_hour').select(
    'organisation',
    'budget',
    'scope',
    'hour',
    trx.raw('0 AS due, spent AS counted'),
  );
  return trx
    .from(charged.unionAll([summed]).as('entries'))
    .groupBy('organisation', 'budget', 'scope', 'hour')
    .havingRaw('SUM(due) <> SUM(counted)')
    .orderBy(['hour', 'budget', 'scope'])
    .limit(LISTED)
    .select<Hour[]>(
      'budget',
      'scope',
      'hour',
      trx.raw('CAST(SUM(due) AS bigint) AS due, CAST(SUM(counted) AS bigint) AS counted'),
    );
}
