import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  FAILURES_BEFORE_LOCK,
  FIRST_LOCK_MS,
  LONGEST_LOCK_MS,
  lockMs,
  sayWait,
} from '../../../server/access/attempts.ts';
import { browserName } from '../../../server/access/browser-name.ts';
import {
  codeAt,
  newCodeSecret,
  newRecoveryCodes,
  recoveryHash,
  stepOfCode,
} from '../../../server/access/one-time-codes.ts';

it('a lock begins at the fifth failure, doubles with each, and ends at an hour', () => {
  expect(lockMs(FAILURES_BEFORE_LOCK - 1)).toBe(0);
  expect(lockMs(FAILURES_BEFORE_LOCK)).toBe(FIRST_LOCK_MS);
  fc.assert(
    fc.property(fc.integer({ min: FAILURES_BEFORE_LOCK, max: 1e6 }), (failures) => {
      expect(lockMs(failures + 1)).toBe(Math.min(lockMs(failures) * 2, LONGEST_LOCK_MS));
    }),
  );
  expect([sayWait(1), sayWait(60_000), sayWait(60_001)]).toEqual(['1 minute', '1 minute', '2 minutes']);
});

it('codes are those of RFC 6238, for half a minute before and after, and no other text is one', () => {
  // The secret of the RFC's appendix B, "12345678901234567890", whose codes there have eight digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  expect([59, 1111111109, 2000000000].map((second) => codeAt(secret, second * 1000))).toEqual([
    '287082',
    '081804',
    '279037',
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 60_000, max: 4e12 }), fc.integer({ min: -1, max: 1 }), (at, steps) => {
      const step = Math.floor(at / 30_000) + steps;
      // Two steps have the same code once in a million: then the nearer one is found.
      const found = stepOfCode(secret, codeAt(secret, step * 30_000), at);
      expect(found === null ? null : codeAt(secret, found * 30_000)).toBe(codeAt(secret, step * 30_000));
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^\d{6}$/.test(text.replace(/\s/g, '')));
      expect(stepOfCode(secret, text, 1e12)).toBeNull();
    }),
  );
  expect(newCodeSecret()).toMatch(/^[A-Z2-7]{32}$/);
});

it('recovery codes are ten, differ, and are known however they are written', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(recoveryHash(` ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(recoveryHash(code));
  }
});

it('a browser is named in words of ours alone, whatever it sends', () => {
  expect(browserName('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
    'Firefox on Linux',
  );
  expect(browserName(undefined)).toBe('Another browser');
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(browserName(text)).toMatch(/^(Another browser|Edge|Opera|Firefox|Chrome|Safari)( on [A-Za-z]+)?$/);
    }),
  );
});
