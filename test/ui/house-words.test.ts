import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeName } from '../../ui/api/new-policy.ts';
import { readDollars, writeDollars } from '../../ui/app/dollars.ts';
import { sayAgo } from '../../ui/app/words.ts';
import { sayLimit, sayReset, sayScope } from '../../ui/budgets/budget-words.ts';
import { isPolicyName, nameFromTitle } from '../../ui/screens/policies/policy-name.ts';

describe('dollars in a field', () => {
  it('are the nano-dollars that were kept', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nano) => {
        expect(readDollars(writeDollars(nano))).toBe(nano);
      }),
    );
  });

  it('are read as people write them, and nothing else is', () => {
    expect(readDollars(' $1,000.50 ')).toBe(1_000_500_000_000);
    expect(readDollars('0.000000001')).toBe(1);
    for (const text of ['', 'a lot', '-1', '1.', '.5', '1e3', '0.0000000001', '99999999999']) {
      expect(readDollars(text), text).toBeNull();
    }
  });
});

describe('the name of a policy', () => {
  it('can be made of any title that has a letter of the alphabet or a digit', () => {
    expect(nameFromTitle('Übungen & Grading!')).toBe('ubungen-grading');
    fc.assert(
      fc.property(fc.string(), (title) => {
        const name = nameFromTitle(title);
        expect(name === '' || isPolicyName(name)).toBe(true);
        if (/[a-z0-9]/i.test(title)) expect(name).not.toBe('');
      }),
    );
  });

  it('is made free by a number, and stays a name', () => {
    const taken = (names: readonly string[]) => names.map((name) => ({ name }));
    expect(freeName('exams', taken([]))).toBe('exams');
    expect(freeName('exams', taken(['exams', 'exams-2']))).toBe('exams-3');
    const long = 'x'.repeat(63);
    expect(isPolicyName(freeName(long, taken([long])))).toBe(true);
  });
});

describe('a budget in words', () => {
  it('says what it allows', () => {
    expect(sayLimit({ limit: 2_500_000_000, unit: 'usd', window: 'day', scope: ['team', 'tags.feature'] })).toBe(
      '$2.50 a day for each team and tag feature',
    );
    expect(sayLimit({ limit: 5000, unit: 'tokens', window: 'total', scope: [] })).toBe('5,000 tokens in all');
  });

  it('says whose part a scope is, also where values have commas', () => {
    const keys = new Map([['key_1', 'shop']]);
    expect(sayScope([], '', keys)).toBe('the whole organisation');
    expect(sayScope(['team', 'key'], 'team=search, and more,key=key_1', keys)).toBe('team search, and more, key shop');
    expect(sayScope(['user'], 'user=', keys)).toBe('no user');
    expect(sayScope(['tags.a', 'usage'], 'tags.a=x=y,usage=vibing', keys)).toBe('tag a x=y, kind of usage vibing');
  });

  it('says when it resets by the clocks of its zone', () => {
    expect(sayReset(Date.UTC(2026, 10, 30, 23), 'Europe/Berlin')).toBe('1 December 2026 at 00:00 (Europe/Berlin)');
  });
});

it('says how long ago something was', () => {
  const now = Date.UTC(2026, 5, 15, 12);
  expect([10_000, 300_000, 86_400_000, 40 * 86_400_000].map((ms) => sayAgo(now - ms, now))).toEqual([
    'just now',
    '5 minutes ago',
    'yesterday',
    'last month',
  ]);
});
