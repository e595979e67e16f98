import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextPurpose, TextSlot } from '../../../policies/request.ts';
import { detectors } from '../../../policies/text/detectors/index.ts';
import { keyedHash } from '../../../policies/text/keyed-hash.ts';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { type RedactionAction, type RedactionRule, redact } from '../../../policies/text/redact.ts';

const slot = (text: string, purpose: TextPurpose = 'message'): TextSlot => ({
  path: ['messages', 0, 'content'],
  role: 'user',
  purpose,
  message: 0,
  text,
});
const all = (action: RedactionAction): RedactionRule[] => detectors.map(({ name }) => ({ detect: name, action }));

function redacted(text: string, rules: readonly RedactionRule[], purpose: TextPurpose = 'message', salt = ''): string {
  return redact([slot(text, purpose)], rules, new Placeholders(salt)).slots[0]?.text ?? '';
}

describe('actions', () => {
  const text = 'Ann (ann@example.com, 415-555-0123) paid with 4111 1111 1111 1111. Write to ann@example.com.';

  it('mask leaves nothing of the value', () => {
    expect(redacted(text, all('mask'))).toBe('Ann ([email], [phone]) paid with [card]. Write to [email].');
  });

  it('placeholder tells values apart and the same value again', () => {
    expect(redacted(text, all('placeholder'))).toBe(
      'Ann ([[EMAIL_1]], [[PHONE_1]]) paid with [[CARD_1]]. Write to [[EMAIL_1]].',
    );
  });

  it('hash is the same for the same value, another under another salt, and a mask without one', () => {
    const rules: RedactionRule[] = [{ detect: 'email', action: 'hash' }];
    const one = redacted('ann@example.com bob@example.com ann@example.com', rules, 'message', 'salt A');
    expect(one).toMatch(/^\[email:([0-9a-f]{12})\] \[email:(?!\1)[0-9a-f]{12}\] \[email:\1\]$/);
    expect(redacted('ann@example.com', rules, 'message', 'salt B')).not.toBe(one.slice(0, 20));
    expect(redacted('ann@example.com', rules)).toBe('[email]');
  });

  it('report counts and changes nothing', () => {
    const slots = [slot(text), slot('nothing here')];
    const result = redact(slots, all('report'), new Placeholders());
    const found = { email: 2, phone: 1, card: 1 };
    expect(result).toEqual({ slots, changed: false, found, bySlot: [{ slot: slots[0], found }] });
    expect(result.slots).toBe(slots);
  });

  it('count each finding under its type, and keep slots that are clean as they are', () => {
    const slots = [slot('clean'), slot('PRJ-1234 and Falcon for ann@example.com')];
    const result = redact(
      slots,
      [
        { pattern: 'PRJ-\\d{4}', name: 'project', action: 'mask' },
        { words: ['falcon'], name: 'code word', action: 'placeholder' },
        { detect: 'email', action: 'report' },
      ],
      new Placeholders(),
    );
    expect(result.slots[0]).toBe(slots[0]);
    expect(result.slots[1]?.text).toBe('[project] and [[CODE_WORD_1]] for ann@example.com');
    expect(result.changed).toBe(true);
    expect(result.found).toEqual({ project: 1, 'code word': 1, email: 1 });
  });

  it('refuse a detector that does not exist and a pattern that cannot be used', () => {
    expect(() => redacted('x', [{ detect: 'mood', action: 'mask' }])).toThrow('no detector named mood');
    expect(() => redacted('x', [{ pattern: '(?=x)', name: 'x', action: 'mask' }])).toThrow('looks ahead');
  });
});

describe('overlapping findings', () => {
  it('go to the longest', () => {
    expect(redacted('send DE89 3704 0044 0532 0130 00 now', all('mask'))).toBe('send [iban] now');
    const rules: RedactionRule[] = [
      { words: ['ann'], name: 'name', action: 'mask' },
      { detect: 'email', action: 'mask' },
    ];
    expect(redacted('ann ann@example.com', rules)).toBe('[name] [email]');
  });

  it('go to the more certain, then the earlier rule, when they are equally long', () => {
    const twice: RedactionRule[] = [
      { pattern: '\\S+@\\S+', name: 'odd', action: 'mask' },
      { detect: 'email', action: 'mask' },
    ];
    expect(redacted('ann@example.com', twice)).toBe('[email]');
    const same: RedactionRule[] = [
      { words: ['falcon'], name: 'first', action: 'mask' },
      { words: ['Falcon'], name: 'second', action: 'mask' },
    ];
    expect(redacted('falcon', same)).toBe('[first]');
  });

  it('leave no part of the weaker one readable', () => {
    const rules: RedactionRule[] = [
      { pattern: 'abcdef', name: 'left', action: 'mask' },
      { pattern: 'defghijk', name: 'right', action: 'mask' },
    ];
    expect(redacted('xabcdefghijkx', rules)).toBe('x[left][right]x');
  });

  it('are redacted even where a longer one is only reported', () => {
    const rules: RedactionRule[] = [
      { pattern: 'mail .*', name: 'line', action: 'report' },
      { detect: 'email', action: 'mask' },
    ];
    const result = redact([slot('mail ann@example.com now')], rules, new Placeholders());
    expect(result.slots[0]?.text).toBe('mail [email] now');
    expect(result.found).toEqual({ line: 1, email: 1 });
  });
});

describe('JSON of tools', () => {
  it('stays valid, keeps its structure, and is searched behind escapes', () => {
    const json =
      '{ "to": ["ann\\u0040example.com"], "n": 4111111111111111, "a": -1.5e3, "b": null, "bob@example.com": true }';
    const text = redacted(json, all('mask'), 'arguments');
    expect(text).toBe('{ "to": ["[email]"], "n": "[card]", "a": -1.5e3, "b": null, "[email]": true }');
  });

  it('is not cut inside an escape', () => {
    const json = JSON.stringify({ text: 'Hi\nann@example.com\t"bob@example.com"' });
    expect(JSON.parse(redacted(json, all('mask'), 'result'))).toEqual({ text: 'Hi\n[email]\t"[email]"' });
  });

  it('is read with its keys, which say what a plain number or word is', () => {
    const json = '{"phoneNumber":"4155550123","order":"4155550123","ssn":536228726,"db":{"admin_password":"hunter2x"}}';
    expect(redacted(json, all('mask'), 'result')).toBe(
      '{"phoneNumber":"[phone]","order":"4155550123","ssn":"[ssn]","db":{"admin_password":"[secret]"}}',
    );
  });

  it('does not lend its keys to patterns and lists of words', () => {
    const rules: RedactionRule[] = [
      { pattern: '^x|note', name: 'pattern', action: 'mask' },
      { words: ['memo'], name: 'word', action: 'report' },
    ];
    const slots = [slot('{"memo":"xx"}', 'arguments')];
    const result = redact(slots, rules, new Placeholders());
    expect(result.slots[0]?.text).toBe('{"memo":"[pattern]x"}');
    expect(result.found).toEqual({ pattern: 1, word: 1 });
  });

  it('is text when it does not parse', () => {
    expect(redacted('{"to": "ann@example.com"', all('mask'), 'arguments')).toBe('{"to": "[email]"');
    expect(redacted('sent to ann@example.com', all('mask'), 'result')).toBe('sent to [email]');
  });

  it('parses to the same after any redaction that finds nothing, byte for byte', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(redacted(json, [{ words: ['no such word anywhere'], name: 'x', action: 'mask' }], 'arguments')).toBe(
          json,
        );
      }),
    );
  });

  it('is valid after any redaction', () => {
    const rules: RedactionRule[] = [{ pattern: '[a-z0-9]+', name: 'word', action: 'hash' }];
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(() => JSON.parse(redacted(json, rules, 'arguments', 'salt'))).not.toThrow();
      }),
    );
  });
});

describe('keyed hash', () => {
  it('is the beginning of HMAC-SHA-256', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }), (key, text) => {
        const expected = createHmac('sha256', Buffer.from(key)).update(Buffer.from(text)).digest('hex').slice(0, 12);
        expect(keyedHash(key, text)).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});
