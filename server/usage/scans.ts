/** Scans: questions for which all records of a time are read, while whoever asked is told how far it is. */
import { newId } from '../control/ids.ts';
import { SignalboxError } from '../errors.ts';
import { scanJob, scanned, type UsageAnswer } from './answer.ts';
import type { Question } from './question.ts';
import type { Summing } from './summing.ts';

const AT_ONCE = 2;
const LONGEST_MS = 10 * 60_000;
/** How often it is looked whether whoever asked is still signed in. */
const CHECK_MS = 5_000;
/** How long an answer is kept after its end, and how many. */
const KEPT_MS = 10 * 60_000;
const KEPT = 20;

export interface Scan {
  readonly id: string;
  readonly question: Question;
  /** Whether groups are parts of the time. */
  readonly byTime: boolean;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Why it was cancelled or failed, in a sentence; else null. */
  readonly why: string | null;
  readonly done: number;
  /** Null until the records have been counted. */
  readonly total: number | null;
  /** What is known so far. */
  readonly answer: UsageAnswer;
}

interface Running {
  scan: Scan;
  readonly cancel: AbortController;
}

/** The scans of one gateway. They are in memory: a restart ends them. */
export class Scans {
  readonly #summing: Summing;
  readonly #scans = new Map<string, Running>();

  constructor(summing: Summing) {
    this.#summing = summing;
  }

  /**
   * Starts a scan. `checkCaller` is called now and then, and rejects when whoever asked may not ask any more. Throws
   * `too_many_scans` where as many as can be are running.
   */
  start(question: Question, byTime: boolean, checkCaller: () => Promise<void>): Scan {
    const running = [...this.#scans.values()].filter(({ scan }) => scan.state === 'running');
    if (running.length >= AT_ONCE) throw new SignalboxError('too_many_scans', { most: AT_ONCE });
    const job = scanJob(question);
    const id = newId('scan');
    const cancel = new AbortController();
    const scan: Scan = {
      id,
      question,
      byTime,
      state: 'running',
      why: null,
      done: 0,
      total: null,
      answer: scanned(question, []),
    };
    const entry: Running = { scan, cancel };
    this.#scans.set(id, entry);
    this.#forgetOldest();

    const longest = setTimeout(() => cancel.abort(new Stopped('It took longer than ten minutes.')), LONGEST_MS);
    const check = setInterval(() => {
      checkCaller().catch(() => cancel.abort(new Stopped('Whoever asked for it has signed out.')));
    }, CHECK_MS);
    const told = (change: Partial<Scan>): void => {
      entry.scan = { ...entry.scan, ...change };
    };
    this.#summing
      .sum(job, ({ done, total, groups }) => told({ done, total, answer: scanned(question, groups) }), cancel.signal)
      .then(
        (groups) => told({ state: 'done', answer: scanned(question, groups) }),
        (error: unknown) =>
          told(
            error instanceof Stopped
              ? { state: 'cancelled', why: error.message }
              : { state: 'failed', why: 'The records could not be read. Start the scan again.' },
          ),
      )
      .finally(() => {
        clearTimeout(longest);
        clearInterval(check);
        setTimeout(() => this.#scans.delete(id), KEPT_MS).unref();
      });
    return scan;
  }

  /** A scan of an organisation; throws `not_found` where there is none of that id, or not any more. */
  find(organisation: string, id: string): Scan {
    const scan = this.#scans.get(id)?.scan;
    if (scan?.question.organisation !== organisation)
      throw new SignalboxError('not_found', { what: 'scan of that id' });
    return scan;
  }

  /** Ends a scan; one that has ended stays as it is. */
  cancel(organisation: string, id: string): void {
    this.find(organisation, id);
    this.#scans.get(id)?.cancel.abort(new Stopped('It was cancelled.'));
  }

  /** Ends all of them. */
  stop(): void {
    for (const { cancel } of this.#scans.values()) cancel.abort(new Stopped('The gateway has stopped.'));
  }

  #forgetOldest(): void {
    for (const [id, { scan }] of this.#scans) {
      if (this.#scans.size <= KEPT) return;
      if (scan.state !== 'running') this.#scans.delete(id);
    }
  }
}

class Stopped extends Error {}
