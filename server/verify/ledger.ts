/**
 * Recomputes what every budget has spent and compares it with what its counters say. It only reads, all of it from one
 * moment, so that the gateway may run on; records are read in pages, so that memory does not grow with them.
 */
import type { Knex } from 'knex';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import { type PriceListRow, toAcceptedList } from '../control/price-list.ts';
import { type PriceRow, readPrice } from '../control/prices.ts';
import { type RateCardRow, toRateCard } from '../control/rate-cards.ts';
import { type Listing, type PriceAt, pricesOverTime } from '../money/prices.ts';
import type { Intent } from '../records/record.ts';
import { checkAdjustments, checkCorrections, resetsOf } from './adjustments.ts';
import { checkHours } from './hours.ts';
import { NumbersSeen } from './numbers-seen.ts';
import { checkRecord, type PriceThen, type RecordToCheck, readCharges } from './record-checks.ts';

export interface LedgerToVerify {
  readonly dialect: 'sqlite' | 'postgres';
  readonly control: Knex;
  readonly records: Knex;
  /** Intents that are kept in files beside the database. */
  readonly intentsInFiles: () => Promise<readonly Intent[]>;
}

export interface Verified {
  readonly records: number;
  readonly counters: number;
  /** Requests that are under way: held and not settled yet. */
  readonly open: number;
  /** What is wrong, each in words. */
  readonly differences: readonly string[];
}

const PAGE = 500;
const SAY_EVERY = 10_000;
/** Counters whose records are listed, and records that are named for each: a scan each. */
const LISTED_COUNTERS = 20;
const LISTED_RECORDS = 5;
/** A price that has just changed may not have reached a request yet. */
const PRICE_SETTLES_MS = 10_000;

interface Counter {
  readonly organisation: string;
  readonly project: string;
  readonly budget: string;
  readonly scope: string;
  readonly unit: 'usd' | 'tokens';
  readonly window_start: number;
  readonly spent: number;
}

/** Verifies a whole ledger; `say` is told how far it is. */
export async function verifyLedger(ledger: LedgerToVerify, say: (words: string) => void): Promise<Verified> {
  const { control, records, dialect } = ledger;
  // Before the records: an intent of an earlier run has its record by the time that a later run writes one.
  const inFiles = await ledger.intentsInFiles();
  const resetsBefore = await resetsOf(control);
  const priceOf = await pricesThen(control);
  const names = new Map((await control('budgets').select('id', 'name')).map(({ id, name }) => [id, name]));
  const differences: string[] = [];

  // On SQLite every transaction sees one moment.
  const moment = dialect === 'postgres' ? ({ isolationLevel: 'repeatable read', readOnly: true } as const) : {};
  const found = await records.transaction(async (trx) => {
    const sums = new Map<string, number>();
    const read = await readRecords(trx, priceOf, sums, differences, say);
    await addCorrections(trx, sums);
    say(`${read.count} records read. Comparing the counters.`);
    const counters = await compareCounters(trx, sums, names, differences);
    differences.push(...(await checkHours(trx, dialect, names)));
    const open = await checkIntents(trx, inFiles, read.newestBoot, differences);
    return { records: read.count, counters, open };
  }, moment);

  differences.push(...(await checkCorrections(control, records, resetsBefore)));
  differences.push(...(await control.transaction((trx) => checkAdjustments(trx), moment)));
  return { ...found, differences };
}

/** Keeps apart what is counted apart. */
const keyOf = ({ organisation, project, budget, scope, unit, window_start }: Omit<Counter, 'spent'>): string =>
  JSON.stringify([organisation, project, budget, scope, unit, window_start]);

const add = (sums: Map<string, number>, counter: Counter): void => {
  const key = keyOf(counter);
  sums.set(key, (sums.get(key) ?? 0) + counter.spent);
};

/**
 * Prices at the time of a request, as far as the control plane says them: set by hand, or of a price list under the model's
 * own name there.
 */
async function pricesThen(control: Knex): Promise<PriceThen> {
  const [overrides, cards, lists] = await Promise.all([
    control<PriceRow>('prices').orderBy(['effective_from', 'id']),
    control<RateCardRow>('rate_cards').orderBy(['at', 'id']),
    control<PriceListRow>('price_lists').orderBy(['accepted_at', 'id']),
  ]);
  const listing = (id: string): Listing => {
    const slash = id.indexOf('/');
    return { id, listed: { vendor: id.slice(0, slash), model: id.slice(slash + 1) } };
  };
  const made = new Map<string, { readonly priceAt: PriceAt; readonly changes: readonly number[] }>();
  const pricesOf = (organisation: string) => {
    const known = made.get(organisation);
    if (known) return known;
    const rules = {
      overrides: overrides
        .filter((row) => row.organisation === organisation)
        .map((row) => ({ model: row.model, price: readPrice(row), effectiveFrom: row.effective_from })),
      cards: cards.filter((row) => row.organisation === organisation).map(toRateCard),
      lists: lists.filter((row) => row.organisation === organisation).map(toAcceptedList),
    };
    const changes = [
      ...rules.overrides.map(({ effectiveFrom }) => effectiveFrom),
      ...rules.cards.flatMap(({ from, until }) => [from, ...(until === null ? [] : [until])]),
      ...rules.lists.map(({ acceptedAt }) => acceptedAt),
    ];
    const prices = { priceAt: pricesOverTime(listing, rules), changes };
    made.set(organisation, prices);
    return prices;
  };
  return (organisation, model, at) => {
    const { priceAt, changes } = pricesOf(organisation);
    const hasSettled = !changes.some((change) => change <= at && at < change + PRICE_SETTLES_MS);
    return hasSettled ? priceAt({ id: model, price: null }, at) : null;
  };
}

async function readRecords(
  trx: Knex,
  priceOf: PriceThen,
  sums: Map<string, number>,
  differences: string[],
  say: (words: string) => void,
): Promise<{ count: number; newestBoot: string }> {
  const seen = new Map<string, NumbersSeen>();
  let [count, newestBoot, last] = [0, '', ''];
  for (;;) {
    const page: RecordToCheck[] = await trx('records')
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE)
      .select(
        ...['id', 'organisation', 'project', 'at', 'status', 'input_tokens', 'output_tokens', 'cost'],
        ...['charges', 'detail'],
      );
    for (const record of page) {
      const { charges, written, faults } = checkRecord(record, priceOf);
      for (const fault of faults) differences.push(`The record ${record.id} does not add up: ${fault}.`);
      if (written) {
        const { gateway, boot, sequence } = written;
        const numbers = seen.get(`${gateway}\n${boot}`) ?? new NumbersSeen();
        seen.set(`${gateway}\n${boot}`, numbers);
        if (!numbers.add(sequence)) {
          differences.push(
            `The record ${record.id} is number ${sequence} of a run of the gateway that has another of that number: a request may have settled twice.`,
          );
        }
        if (boot > newestBoot) newestBoot = boot;
      }
      const { organisation, project } = record;
      for (const { budget, scope, unit, window, settled } of charges) {
        add(sums, { organisation, project, budget, scope, unit, window_start: window, spent: settled });
      }
      count += 1;
      if (count % SAY_EVERY === 0) say(`${count} records read.`);
    }
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE) return { count, newestBoot };
  }
}

async function addCorrections(trx: Knex, sums: Map<string, number>): Promise<void> {
  let last = 0;
  for (;;) {
    const page: (Counter & { readonly id: number })[] = await trx('corrections')
      .where('id', '>', last)
      .orderBy('id')
      .limit(PAGE);
    for (const correction of page) add(sums, correction);
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE) return;
  }
}

/** Compares counters with what was recomputed, of which `sums` keeps nothing. Gives the number of counters. */
async function compareCounters(
  trx: Knex,
  sums: Map<string, number>,
  names: ReadonlyMap<string, string>,
  differences: string[],
): Promise<number> {
  const off: { readonly counter: Counter; readonly due: number }[] = [];
  const key = ['budget', 'scope', 'window_start', 'unit', 'organisation', 'project'] as const;
  let count = 0;
  let last: Counter | undefined;
  for (;;) {
    const query = trx('spend')
      .orderBy([...key])
      .limit(PAGE);
    if (last) {
      const { budget, scope, window_start, unit, organisation, project } = last;
      query.whereRaw(`(${key.join(', ')}) > (?, ?, ?, ?, ?, ?)`, [
        ...[budget, scope, window_start, unit, organisation, project],
      ]);
    }
    const page: Counter[] = await query.select(...key, 'spent');
    for (const counter of page) {
      const counted = keyOf(counter);
      const due = sums.get(counted) ?? 0;
      sums.delete(counted);
      if (due !== counter.spent) off.push({ counter, due });
    }
    count += page.length;
    last = page.at(-1);
    if (page.length < PAGE) break;
  }
  for (const [counted, due] of sums) {
    if (due === 0) continue;
    const [organisation, project, budget, scope, unit, window_start] = JSON.parse(counted);
    off.push({ counter: { organisation, project, budget, scope, unit, window_start, spent: 0 }, due });
  }
  for (const [i, { counter, due }] of off.entries()) {
    const which = i < LISTED_COUNTERS ? await chargedOn(trx, counter) : '';
    differences.push(`${sayDifference(counter, due, names.get(counter.budget))}${which}`);
  }
  return count;
}

function sayDifference({ budget, scope, unit, window_start, spent }: Counter, due: number, name?: string): string {
  const of = name === undefined ? `The budget ${budget}, which is not known any more,` : `The budget “${name}”`;
  const whose = scope === '' ? 'for the whole organisation' : `for ${scope}`;
  const since =
    window_start === 0 ? 'since its beginning' : `in the window from ${new Date(window_start).toISOString()}`;
  const by = sayExactly(Math.abs(spent - due), unit);
  return `${of} ${whose} ${since} counts ${sayExactly(spent, unit)} as spent, and its records and corrections add up to ${sayExactly(due, unit)}: ${by} too ${spent > due ? 'much' : 'little'}.`;
}

/** Differences can be smaller than what people are shown elsewhere. */
const sayExactly = (amount: number, unit: 'usd' | 'tokens'): string =>
  unit === 'tokens' ? sayAmount(amount, unit) : `$${(amount / 1e9).toFixed(9)}`;

/** The records that a counter should hold, in words. Their charges are read one by one, since some may be spoiled. */
async function chargedOn(trx: Knex, { organisation, project, ...counter }: Counter): Promise<string> {
  const ids: string[] = [];
  for (let last = ''; ids.length <= LISTED_RECORDS; ) {
    const page: { readonly id: string; readonly charges: string }[] = await trx('records')
      .where({ organisation, project })
      .where('id', '>', last)
      .whereLike('charges', `%${counter.budget}%`)
      .orderBy('id')
      .limit(PAGE)
      .select('id', 'charges');
    for (const { id, charges } of page) {
      const isHere = readCharges(charges)?.some(
        ({ budget, scope, unit, window }) =>
          budget === counter.budget &&
          scope === counter.scope &&
          unit === counter.unit &&
          window === counter.window_start,
      );
      if (isHere) ids.push(id);
    }
    last = page.at(-1)?.id ?? last;
    if (page.length < PAGE) break;
  }
  if (ids.length === 0) return ' No record is charged there.';
  const more = ids.length > LISTED_RECORDS ? ' and more' : '';
  return ` Charged there: ${ids.slice(0, LISTED_RECORDS).join(', ')}${more}.`;
}

/** Each hold has to end once: with its record, or at the start of the next run. Gives how many are under way. */
async function checkIntents(
  trx: Knex,
  inFiles: readonly Intent[],
  newestOfRecords: string,
  differences: string[],
): Promise<number> {
  const bodies: string[] = await trx('intents').pluck('body');
  const inTable = bodies.map((body): Pick<Intent, 'id' | 'boot'> => JSON.parse(body));
  const recorded = new Set<string>();
  const all = new Map([...inFiles, ...inTable].map((intent) => [intent.id, intent]));
  const ids = [...all.keys()];
  for (let i = 0; i < ids.length; i += PAGE) {
    for (const id of await trx('records')
      .whereIn('id', ids.slice(i, i + PAGE))
      .pluck('id'))
      recorded.add(id);
  }
  for (const { id } of inTable) {
    if (recorded.has(id)) differences.push(`The request ${id} is recorded, and its hold was not ended with it.`);
  }
  const open = [...all.values()].filter(({ id }) => !recorded.has(id));
  const newest = open.reduce((boot, intent) => (intent.boot > boot ? intent.boot : boot), newestOfRecords);
  for (const { id, boot } of open) {
    if (boot < newest) {
      differences.push(`The request ${id} of an earlier run of the gateway holds money and was never settled.`);
    }
  }
  return open.length;
}
