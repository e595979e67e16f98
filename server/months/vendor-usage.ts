/** A vendor's usage or cost file, read in small pieces between which everything else goes on. */

import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from 'csv-parse';
import { SignalboxError } from '../errors.ts';
import { type Amounts, NOTHING, plus } from './amounts.ts';
import { Days } from './days.ts';
import { type Columns, columnsOf, LOOKED_FOR, type Role } from './vendor-columns.ts';
import { readMoment, readMoney, readWhole, splitRange } from './vendor-values.ts';

/** Bytes that are parsed at a stretch: a few milliseconds at most. */
const PIECE = 16 * 1024;
/** A line has at most so many bytes: one that is longer has lost its end, such as by a quote that nobody closes. */
const LONGEST_LINE = 100_000;
/** Lines before the head, such as a title. */
const MOST_BEFORE_HEAD = 20;
/** Pairs of a day and a model. */
const MOST_GROUPS = 20_000;
/** A day of 25 hours, and a little more. */
const LONGEST_DAY_MS = 26 * 3_600_000;

export interface VendorLine extends Amounts {
  readonly day: string;
  /** As the file has it. */
  readonly model: string;
}

export interface VendorUsage {
  readonly columns: Columns['read'];
  readonly has: { readonly requests: boolean; readonly tokens: boolean; readonly cost: boolean };
  /** Added up by day and model. */
  readonly lines: readonly VendorLine[];
  /** The days of which the file has anything. */
  readonly days: ReadonlySet<string>;
  /** Lines that were read, of other months, unreadable, and longer than a day, which count on their first one. */
  readonly read: number;
  readonly outside: number;
  readonly unreadable: number;
  readonly long: number;
}

const unusable = (why: string) => new SignalboxError('invalid_input', { why: `csv: ${why}` });

/**
 * Reads the lines of a month from a file of comma-, semicolon- or tab-separated values. Moments are told by the clocks of
 * `zone`. Throws `invalid_input` for a file without usable columns, in another currency, or broken.
 */
export async function readVendorUsage(csv: string, month: string, zone: string): Promise<VendorUsage> {
  const reading = new Reading(month, new Days(zone));
  const rows = Readable.from(pieces(Buffer.from(csv)), { objectMode: false }).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(csv),
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_LINE,
    }),
  );
  try {
    for await (const row of rows as AsyncIterable<string[]>) reading.take(row);
  } catch (error) {
    if (error instanceof SignalboxError || !(error instanceof Error)) throw error;
    throw unusable('the file is broken: a quote is not closed, or a line does not end. Export it once more');
  }
  return reading.result();
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE);
    await nextTurn();
  }
}

/** What stands most often in the first lines. */
function delimiterOf(csv: string): string {
  const start = csv.slice(0, 2000);
  const [most = ','] = [',', ';', '\t'].sort((a, b) => start.split(b).length - start.split(a).length);
  return most;
}

class Reading {
  readonly #month: string;
  readonly #days: Days;
  #columns: Columns | null = null;
  #firstHead: readonly string[] | null = null;
  #beforeHead = 0;
  readonly #lines = new Map<string, VendorLine>();
  readonly #seen = new Set<string>();
  #read = 0;
  #outside = 0;
  #unreadable = 0;
  #long = 0;

  constructor(month: string, days: Days) {
    this.#month = month;
    this.#days = days;
  }

  take(row: readonly string[]): void {
    const columns = this.#columns;
    if (columns === null) {
      this.#lookForHead(row);
      return;
    }
    const cell = (role: Role): string => row[columns.at[role] ?? -1] ?? '';
    const [first, last] = splitRange(cell('start'));
    const start = readMoment(first, this.#days);
    const amounts = amountsOf(row, columns);
    if (start === null || amounts === null) {
      this.#unreadable += 1;
      return;
    }
    const currency = cell('currency').trim().toUpperCase();
    if (currency !== '' && currency !== 'USD') {
      throw unusable(`the amounts are in ${currency.slice(0, 20)}, and only dollars can be compared`);
    }
    if (!start.day.startsWith(this.#month)) {
      this.#outside += 1;
      return;
    }
    this.#read += 1;
    this.#seen.add(start.day);
    if (isLong(start, readMoment(last ?? cell('end'), this.#days))) this.#long += 1;
    const model = columns.at.model !== undefined ? cell('model').trim() : (cell('item').split(',')[0] ?? '').trim();
    this.#add({ day: start.day, model: model.slice(0, 200), ...amounts });
  }

  #lookForHead(row: readonly string[]): void {
    this.#firstHead ??= row;
    this.#columns = columnsOf(row);
    this.#beforeHead += 1;
    if (this.#columns === null && this.#beforeHead === MOST_BEFORE_HEAD) throw this.#noHead();
  }

  #noHead(): SignalboxError {
    const names = (this.#firstHead ?? []).slice(0, 12).map((name) => `“${name.trim().slice(0, 40)}”`);
    const has = names.length === 0 ? 'It is empty' : `Its first line has ${names.join(', ')}`;
    return unusable(`no usable columns were found. Looked for ${LOOKED_FOR}. ${has}`);
  }

  #add(line: VendorLine): void {
    const key = `${line.day} ${line.model}`;
    const known = this.#lines.get(key);
    if (!known && this.#lines.size === MOST_GROUPS) {
      throw unusable(`it names more than ${MOST_GROUPS} pairs of a day and a model. Export the month by day and model`);
    }
    this.#lines.set(key, { ...line, ...plus(known ?? NOTHING, line) });
  }

  result(): VendorUsage {
    if (this.#columns === null) throw this.#noHead();
    if (this.#read === 0 && this.#unreadable > 0) {
      throw unusable(
        'none of its lines can be read. Days are read as 2026-10-31, as moments in ISO 8601, or as seconds since 1970; amounts as 1234.5',
      );
    }
    const { at, read } = this.#columns;
    return {
      columns: read,
      has: {
        requests: at.requests !== undefined,
        tokens: (at.input ?? at.uncachedInput ?? at.output) !== undefined,
        cost: (at.dollars ?? at.cents) !== undefined,
      },
      lines: [...this.#lines.values()],
      days: this.#seen,
      read: this.#read,
      outside: this.#outside,
      unreadable: this.#unreadable,
      long: this.#long,
    };
  }
}

type Told = NonNullable<ReturnType<typeof readMoment>>;

/** Two bare days that follow each other may be the beginning and the end of one. */
function isLong(start: Told, end: Told | null): boolean {
  if (end === null) return false;
  if (start.at !== null && end.at !== null) return end.at - start.at > LONGEST_DAY_MS;
  return Date.parse(end.day) - Date.parse(start.day) > LONGEST_DAY_MS;
}

/** The amounts of a line; null where one of them is no number. */
function amountsOf(row: readonly string[], { at, cacheWrites }: Columns): Amounts | null {
  const whole = (column: number | undefined): bigint | null =>
    column === undefined ? 0n : readWhole(row[column] ?? '');
  const requests = whole(at.requests);
  const input = whole(at.input ?? at.uncachedInput);
  const cached = whole(at.cacheRead ?? at.cachedPart);
  const output = whole(at.output);
  const written = cacheWrites.map(whole);
  const cost =
    at.dollars !== undefined
      ? readMoney(row[at.dollars] ?? '', 'dollars')
      : at.cents !== undefined
        ? readMoney(row[at.cents] ?? '', 'cents')
        : 0n;
  if (requests === null || input === null || cached === null || output === null || cost === null) return null;
  let inputTokens = input;
  // Where caches stand apart, what they took is input all the same.
  if (at.uncachedInput !== undefined) {
    inputTokens += cached;
    for (const tokens of written) {
      if (tokens === null) return null;
      inputTokens += tokens;
    }
  }
  return { requests, inputTokens, cachedInputTokens: cached, outputTokens: output, cost };
}
