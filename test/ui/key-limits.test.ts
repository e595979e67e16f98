import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_ENDPOINTS } from '../../policies/key-limits.ts';
import { toField } from '../../ui/app/local-time.ts';
import { houseOf } from '../../ui/editing/house.ts';
import { isUsedAs, sayEnd, sayLastUsed, stateOf, UNUSED } from '../../ui/screens/keys/key-state.ts';
import {
  limitErrors,
  NO_ERRORS,
  NOTHING_LIMITED,
  readLimits,
  typedLimitsOf,
} from '../../ui/screens/keys/typed-limits.ts';
import { trialOf } from '../../ui/trying/trial.ts';
import { tryOut } from '../../ui/trying/try-out.ts';
import { draw } from '../policies/drawings.ts';
import { houseAnswer } from './trying-house.ts';

const NOW = Date.UTC(2026, 2, 2, 12, 34, 56, 789);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const errorsOf = (typed: Partial<typeof NOTHING_LIMITED>, endsAt: number | null = null) =>
  limitErrors({ ...NOTHING_LIMITED, ...typed }, endsAt, NOW);

it('a request that is tried with a key goes by the models of that key', async () => {
  const answer = houseAnswer([]);
  const drawing = draw(
    { enter: ['request', {}], tries: ['fallback', { models: ['sandbox/large', 'sandbox/small'] }] },
    ['enter.next > tries'],
  );
  const answeredWith = async (models: string[] | null): Promise<unknown> => {
    const keys = answer.keys.map((key) => ({ ...key, models }));
    const beginning = { source: 'ready one', name: 'One', key: keys[0]?.id ?? null };
    const trial = trialOf({ model: 'any', messages: [{ role: 'user', content: 'Hello' }] }, {}, beginning);
    const result = await tryOut(drawing, trial, houseOf({ ...answer, keys }), NOW);
    return result.kind === 'tried' ? result.simulation.decision.outcome : result;
  };
  expect(await answeredWith(null)).toEqual({ type: 'model', model: 'sandbox/large' });
  // The house lists what leads to a model beside it, aliases too.
  expect(await answeredWith(['small'])).toEqual({ type: 'model', model: 'sandbox/small' });
  expect(await answeredWith(['sandbox/local'])).toMatchObject({ type: 'unfinished' });
});

describe('limits in their form', () => {
  it('are none where nothing was typed', () => {
    expect(readLimits(NOTHING_LIMITED, null)).toEqual({
      endpoints: null,
      models: null,
      networks: null,
      expiresAt: null,
    });
    expect(errorsOf({})).toEqual(NO_ERRORS);
  });

  it('are the same again when nothing of them was changed', () => {
    const some = <T>(values: fc.Arbitrary<T[]>) => fc.option(values.filter((list) => list.length > 0));
    const limits = fc.record({
      endpoints: some(fc.subarray([...KEY_ENDPOINTS], { maxLength: KEY_ENDPOINTS.length - 1 })),
      models: some(fc.subarray(['openai/*', 'sandbox/small', 'cheap'])),
      networks: some(fc.subarray(['10.0.0.0/8', '2001:db8::/32', '203.0.113.7'])),
      expiresAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + DAY })),
    });
    fc.assert(
      fc.property(limits, (given) => {
        const typed = typedLimitsOf(given);
        expect(limitErrors(typed, given.expiresAt, NOW)).toEqual(NO_ERRORS);
        expect(readLimits(typed, given.expiresAt)).toEqual(given);
      }),
    );
  });

  it('take networks one in a line, or with commas between', () => {
    const networks = ' 10.0.0.0/8, 203.0.113.7 \n\n::1;fe80::/10\n';
    expect(errorsOf({ networks }).networks).toBeNull();
    expect(readLimits({ ...NOTHING_LIMITED, networks }, null).networks).toEqual([
      ...['10.0.0.0/8', '203.0.113.7', '::1', 'fe80::/10'],
    ]);
  });

  it('say what is wrong with them, and what to write instead', () => {
    expect(errorsOf({ endpoints: [] }).endpoints).toContain('Choose at least one');
    expect(errorsOf({ models: ['openai/*', 'Open AI'] }).models).toContain('“Open AI” names no model');
    expect(errorsOf({ networks: '10.0.0.0/8\n10.1.2.3/8' }).networks).toContain('Write 10.0.0.0/8 for the network');
    expect(errorsOf({ end: { later: true, text: '' } }).end).toContain('Choose a moment to come');
    expect(errorsOf({ end: { later: true, text: toField(NOW - HOUR) } }).end).toContain('Choose a moment to come');
    expect(errorsOf({ end: { later: true, text: toField(NOW + HOUR) } }).end).toBeNull();
  });

  it('let an end that has passed stay as it is, and no other be put there', () => {
    const end = { later: true, text: toField(NOW - HOUR) };
    expect(errorsOf({ end }, NOW - HOUR).end).toBeNull();
    expect(errorsOf({ end }, NOW - 2 * HOUR).end).toContain('Choose a moment to come');
  });
});

describe('the state of a key', () => {
  it('is told by its end and whether it was revoked', () => {
    const state = (expiresAt: number | null, revokedAt: number | null = null) => stateOf({ expiresAt, revokedAt }, NOW);
    expect(state(null)).toBe('in use');
    expect(state(NOW + 8 * DAY)).toBe('in use');
    expect(state(NOW + DAY)).toBe('ends soon');
    expect(state(NOW)).toBe('expired');
    expect(state(NOW - DAY)).toBe('expired');
    expect(state(NOW + DAY, NOW)).toBe('revoked');
  });

  it.each([
    [3 * DAY, 'ends in 3 days'],
    [3 * DAY - 1, 'ends in 2 days'],
    [DAY, 'ends in 1 day'],
    [5 * HOUR + MINUTE, 'ends in 5 hours'],
    [90_000, 'ends in 1 minute'],
    [1000, 'ends within a minute'],
  ])('says how long it goes on: %d is “%s”', (left, words) => {
    expect(sayEnd(NOW + left, NOW)).toBe(words);
  });
});

describe('the last use of a key', () => {
  it.each([
    [null, 'never'],
    [MINUTE, 'within the hour'],
    [HOUR, '1 hour ago'],
    [3 * DAY, '3 days ago'],
  ])('%s milliseconds ago is said as “%s”', (ago, words) => {
    expect(sayLastUsed(ago === null ? null : NOW - ago, NOW)).toBe(words);
  });

  it.each([
    [null, ['any', 'not for 30 days', 'not for 90 days', 'never']],
    [DAY, ['any', 'within 30 days']],
    [30 * DAY, ['any', 'not for 30 days']],
    [90 * DAY, ['any', 'not for 30 days', 'not for 90 days']],
  ])('%s milliseconds ago is found by %j', (ago, found) => {
    const lastUsedAt = ago === null ? null : NOW - ago;
    expect(UNUSED.filter((one) => isUsedAs({ lastUsedAt }, one, NOW))).toEqual(found);
  });
});
