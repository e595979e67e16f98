/**
 * Answers questions about usage: from the roll-ups, with what has been recorded since they were last added to, or from the
 * records themselves.
 */
import { SignalboxError } from '../errors.ts';
import { dearest, type Group, onlyKept } from './groups.ts';
import { placeOf, type Question } from './question.ts';
import { rolledGroups } from './rolled.ts';
import { countRecords, lastPosition } from './source.ts';
import type { UsageStores } from './stores.ts';
import { type Job, type Summing, sumHere } from './summing.ts';
import { areWholeHours, type Part, partsOf, partsOfHours, type Span, wholeHours } from './times.ts';

export interface UsageAnswer extends Span {
  readonly source: 'rollup' | 'records';
  readonly groups: readonly Group[];
  /** What has to be known of the answer, in words. */
  readonly notes: readonly string[];
}

/** Hours of a year, and a few more. */
const MOST_PARTS = 9_000;
/** Records after the roll-ups that are added up where the question is asked; more are another process's work. */
const FEW = 200;
/** Records that a question waits for; more of them are a scan. */
const MOST_AT_ONCE = 20_000;
const MOST_NOT_ROLLED = 200_000;

/** Answers a question at once; throws `usage_needs_scan` where too many records would have to be read. */
export async function answerUsage(stores: UsageStores, far: Summing, question: Question): Promise<UsageAnswer> {
  const place = placeOf(question);
  if ('why' in place) {
    if ((await countRecords(stores, question, MOST_AT_ONCE + 1)) > MOST_AT_ONCE) {
      throw new SignalboxError('usage_needs_scan', {
        why: `the sums that are kept do not tell it (${place.why}), and its time has more than ${MOST_AT_ONCE} requests`,
      });
    }
    const groups = await far.sum(scanJob(question), () => {}, new AbortController().signal);
    return scanned(question, groups);
  }

  const span = wholeHours(question);
  const told = { ...question, ...span };
  const exact = partsIn(told);
  const parts = partsOfHours(exact);
  const tailOf = async (position: number): Promise<readonly Group[]> => {
    const waiting = (await lastPosition(stores)) - position;
    if (waiting > MOST_NOT_ROLLED) {
      throw new SignalboxError('usage_needs_scan', {
        why: `the sums are being brought up to date, and ${waiting} requests are not in them yet`,
      });
    }
    if (waiting <= 0) return [];
    const summing = waiting > FEW ? far : sumHere(stores);
    return summing.sum({ question: told, parts, after: position }, () => {}, new AbortController().signal);
  };
  const { groups, uncertain } = await rolledGroups(stores.sums, told, place, parts, tailOf);
  return { source: 'rollup', ...span, groups, notes: notesOf(question, exact, uncertain) };
}

/** The job of reading all records of a question's time. */
export const scanJob = (question: Question): Job => ({ question, parts: partsIn(question), after: null });

/** The answer of such a job, or what there is of it. */
export const scanned = (question: Question, groups: readonly Group[]): UsageAnswer => ({
  source: 'records',
  from: question.from,
  to: question.to,
  groups: onlyKept(groups, dearest(groups, question.limit)),
  notes: [],
});

function partsIn(question: Question): Part[] {
  const { from, to, every, timeZone } = question;
  if (from >= to) return [];
  if (every === null) return [{ start: from, from, to }];
  const parts = partsOf(question, every, timeZone, MOST_PARTS);
  if (parts) return parts;
  throw new SignalboxError('invalid_input', {
    why: `That time has more than ${MOST_PARTS} parts. Ask for a shorter time, or for longer parts than every ${every}`,
  });
}

function notesOf({ every, timeZone }: Question, parts: readonly Part[], uncertain: number): string[] {
  const notes: string[] = [];
  if (every !== null && !areWholeHours(parts)) {
    notes.push(
      `The clocks of ${timeZone} are not whole hours from UTC, and usage is kept by hours of UTC: what is told of each ${every} begins and ends up to an hour early.`,
    );
  }
  if (uncertain > 0) {
    notes.push(
      `There were more different values in an hour than are kept apart. ${uncertain} requests are counted with the others, and some of them may belong here.`,
    );
  }
  return notes;
}
