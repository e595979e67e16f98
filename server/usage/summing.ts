/** Adds up records for a question that the roll-ups do not answer, or not yet. */
import type { RecordFilter } from '../records/record.ts';
import { type Group, Groups } from './groups.ts';
import { type CountedRecord, usageOfRecord } from './of-record.ts';
import type { Question } from './question.ts';
import { countRecords, recordsFrom, recordsOfSpan } from './source.ts';
import type { UsageStores } from './stores.ts';
import { Teams } from './teams.ts';
import type { Part } from './times.ts';

/** Records in one step; in the gateway's own process nothing else is done while a step is added up. */
const STEP = 200;
/** Records of a span that are passed in one step, most of which may not be wanted. */
const PASSED = 2_000;

export interface Job {
  readonly question: Question;
  /** What the question's time is taken apart into, or the whole of it. */
  readonly parts: readonly Part[];
  /** The records that were committed after a position, or those of the span of time. */
  readonly after: number | null;
}

export interface Progress {
  /** Records that have been looked at, of how many. */
  readonly done: number;
  readonly total: number;
  /** The sums so far. */
  readonly groups: readonly Group[];
}

/** Does jobs: here, or in another process. */
export interface Summing {
  /** Gives the sums in the end, and tells now and then how far it is. Rejects with the signal's reason once that is given. */
  sum(job: Job, told: (progress: Progress) => void, signal: AbortSignal): Promise<readonly Group[]>;
}

const TOLD_EVERY_MS = 500;

/** Does jobs in this process. */
export function sumHere(stores: UsageStores): Summing {
  const teams = new Teams(stores.control);
  return {
    async sum({ question, parts, after }, told, signal) {
      const groups = new Groups();
      let done = 0;
      const add = async (records: readonly CountedRecord[]): Promise<void> => {
        const teamOf = await teams.of(new Set(records.map(({ project }) => project)));
        for (const record of records) {
          const usage = usageOfRecord(record, teamOf);
          if (usage) groups.addRecord(question, parts, usage);
        }
        signal.throwIfAborted();
      };
      signal.throwIfAborted();
      if (after !== null) {
        for (let position = after; ; ) {
          const page = await recordsFrom(stores, position + 1, STEP);
          await add(page.map(({ record }) => record));
          done += page.length;
          position = page.at(-1)?.position ?? position;
          if (page.length < STEP) return groups.all;
        }
      }
      const filter = filterOf(question);
      const total = await countRecords(stores, filter, Number.MAX_SAFE_INTEGER);
      let toldAt = performance.now();
      for await (const { records, passed } of recordsOfSpan(stores, filter, PASSED)) {
        for (let i = 0; i < records.length; i += STEP) {
          await add(records.slice(i, i + STEP));
          await new Promise(setImmediate);
        }
        signal.throwIfAborted();
        done += passed;
        if (performance.now() - toldAt < TOLD_EVERY_MS) continue;
        toldAt = performance.now();
        told({ done, total, groups: groups.all });
      }
      told({ done, total: done, groups: groups.all });
      return groups.all;
    },
  };
}

const COLUMNS = ['project', 'model', 'policy'] as const;

/** What the database can leave out by itself; the rest is left out afterwards. */
function filterOf({
  organisation,
  from,
  to,
  conditions,
  costAtLeast,
}: Question): RecordFilter & { from: number; to: number } {
  const tags: Record<string, string> = {};
  const columns: Partial<Record<(typeof COLUMNS)[number], string>> = {};
  for (const condition of conditions) {
    if (!('is' in condition) || condition.is === null) continue;
    const { by, is } = condition;
    const column = COLUMNS.find((one) => one === by);
    if (column) columns[column] = is;
    else if (by.startsWith('tag:')) tags[by.slice('tag:'.length)] = is;
  }
  return { organisation, from, to, tags, ...columns, ...(costAtLeast !== null && { costAtLeast }) };
}
