import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Group } from '../../../server/usage/groups.ts';
import type { Question } from '../../../server/usage/question.ts';
import { Scans } from '../../../server/usage/scans.ts';
import type { Progress, Summing } from '../../../server/usage/summing.ts';
import { noSums } from '../../../server/usage/sums.ts';

const MINUTE = 60_000;
const QUESTION: Question = {
  organisation: 'org_1',
  by: ['team'],
  every: null,
  timeZone: 'UTC',
  from: 0,
  to: 1,
  conditions: [],
  costAtLeast: null,
  limit: 10,
};
const GROUPS: readonly Group[] = [{ values: ['=search'], start: null, sums: { ...noSums(), requests: 7 } }];

/** Sums that end when they are told to. */
function held(): Summing & { readonly told: ((progress: Progress) => void)[]; finish(): void; fail(): void } {
  const told: ((progress: Progress) => void)[] = [];
  const ends: { resolve: (groups: readonly Group[]) => void; reject: (error: unknown) => void }[] = [];
  return {
    told,
    finish: () => ends.shift()?.resolve(GROUPS),
    fail: () => ends.shift()?.reject(new Error('no disk')),
    sum: (_job, tell, signal) =>
      new Promise((resolve, reject) => {
        told.push(tell);
        ends.push({ resolve, reject });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
}

const signedIn = () => Promise.resolve();

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells how far it is, and keeps what it has found for ten minutes after its end', async () => {
  const summing = held();
  const scans = new Scans(summing);
  const { id } = scans.start(QUESTION, false, signedIn);
  expect(scans.find('org_1', id)).toMatchObject({ state: 'running', done: 0, total: null, answer: { groups: [] } });
  summing.told[0]?.({ done: 3, total: 9, groups: GROUPS });
  expect(scans.find('org_1', id)).toMatchObject({ state: 'running', done: 3, total: 9, answer: { groups: GROUPS } });
  expect(() => scans.find('org_2', id)).toThrow('no scan');
  summing.finish();
  await vi.advanceTimersByTimeAsync(9 * MINUTE);
  expect(scans.find('org_1', id)).toMatchObject({ state: 'done', why: null });
  await vi.advanceTimersByTimeAsync(2 * MINUTE);
  expect(() => scans.find('org_1', id)).toThrow('no scan');
});

it('runs two at a time', async () => {
  const summing = held();
  const scans = new Scans(summing);
  scans.start(QUESTION, false, signedIn);
  scans.start(QUESTION, false, signedIn);
  expect(() => scans.start(QUESTION, false, signedIn)).toThrow('Already 2 scans');
  summing.finish();
  await vi.advanceTimersByTimeAsync(0);
  scans.start(QUESTION, false, signedIn);
});

it('ends after ten minutes, when whoever asked has signed out, when it is cancelled, and when the gateway stops', async () => {
  const scans = new Scans(held());
  let isIn = true;
  const long = scans.start(QUESTION, false, signedIn).id;
  await vi.advanceTimersByTimeAsync(5 * MINUTE);
  const left = scans.start(QUESTION, false, () => (isIn ? signedIn() : Promise.reject(new Error('signed out')))).id;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(scans.find('org_1', left).state).toBe('running');
  isIn = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(scans.find('org_1', left)).toMatchObject({ state: 'cancelled', why: 'Whoever asked for it has signed out.' });
  await vi.advanceTimersByTimeAsync(4 * MINUTE);
  expect(scans.find('org_1', long)).toMatchObject({ state: 'cancelled', why: expect.stringContaining('ten minutes') });

  const { id } = scans.start(QUESTION, false, signedIn);
  scans.cancel('org_1', id);
  const other = scans.start(QUESTION, false, signedIn).id;
  scans.stop();
  await vi.advanceTimersByTimeAsync(0);
  expect([id, other].map((one) => scans.find('org_1', one).state)).toEqual(['cancelled', 'cancelled']);
});

it('says that it failed, and not why inside', async () => {
  const summing = held();
  const scans = new Scans(summing);
  const { id } = scans.start(QUESTION, false, signedIn);
  summing.fail();
  await vi.advanceTimersByTimeAsync(0);
  const { state, why } = scans.find('org_1', id);
  expect([state, why]).toEqual(['failed', expect.not.stringContaining('disk')]);
});
