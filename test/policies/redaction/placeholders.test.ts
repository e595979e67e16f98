import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextPurpose, TextSlot } from '../../../policies/request.ts';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { type RedactionRule, redact } from '../../../policies/text/redact.ts';
import { createRestorer } from '../../../policies/text/restore.ts';

const slot = (text: string, purpose: TextPurpose = 'message'): TextSlot => ({
  path: ['messages', 0, 'content'],
  role: 'user',
  purpose,
  message: 0,
  text,
});

const RULES: readonly RedactionRule[] = [
  ...['email', 'phone', 'card', 'iban', 'ssn', 'ip', 'secret'].map((detect) => ({
    detect,
    action: 'placeholder' as const,
  })),
  { pattern: '[A-Z]{3}-\\d+|EMAIL_\\d', name: 'Ticket no. 5', action: 'placeholder' },
  { words: ['falcon', 'EMAIL', 'blue moon'], name: 'проект', action: 'placeholder' },
];

/** Text made of what matters here: data, things that look like placeholders, parts of them, and anything else. */
const pieces = fc.array(
  fc.oneof(
    fc.constantFrom(
      'ann@example.com',
      'bob@example.org',
      ' ',
      ', ',
      '[',
      '[[',
      ']',
      ']]',
      '[[EMAIL_1]]',
      '[[EMAIL_2]]',
      '[[TEXT_1]]',
      '[[CARD_1',
      '[[EMAIL_1]',
      '1]]',
      '_1]]',
      '4111 1111 1111 1111',
      '415-555-0123',
      'ABC-1',
      'falcon',
      'EMAIL',
      '\n',
      '"',
      '\\',
      '[[TICKET_NO_5_1]]',
      'DE89370400440532013000',
      '203.0.113.9',
      '😀',
      '\ud800',
      '\u2028',
    ),
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
  ),
  { maxLength: 20 },
);
const text = pieces.map((parts) => parts.join(''));

function inChunks(whole: string, sizes: readonly number[]): string[] {
  const chunks: string[] = [];
  let at = 0;
  for (let i = 0; at < whole.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    chunks.push(whole.slice(at, at + size));
    at += size;
  }
  return chunks;
}

describe('placeholders', () => {
  it('are short, numbered by type, and the same for the same value', () => {
    const placeholders = new Placeholders();
    expect(placeholders.take('email', 'a@example.com')).toBe('[[EMAIL_1]]');
    expect(placeholders.take('email', 'b@example.com')).toBe('[[EMAIL_2]]');
    expect(placeholders.take('card', '4111111111111111')).toBe('[[CARD_1]]');
    expect(placeholders.take('email', 'a@example.com')).toBe('[[EMAIL_1]]');
    expect(placeholders.take('Café Nº 1', 'x')).toBe('[[CAFE_NO_1_1]]');
    expect(placeholders.take('проект', 'x')).toBe('[[VALUE_1]]');
    expect(placeholders.size).toBe(5);
  });

  it('never give one value for another, whatever types are named', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 30 }), (entries) => {
        const placeholders = new Placeholders();
        for (const [type, value] of entries) {
          expect(placeholders.restore(`<${placeholders.take(type, value)}>`)).toBe(`<${value}>`);
        }
      }),
    );
  });

  it('leave alone what was never given out', () => {
    const placeholders = new Placeholders();
    placeholders.take('email', 'a@example.com');
    expect(placeholders.restore('[[EMAIL_2]] [[EMAIL_1] [EMAIL_1]] [[email_1]] [[[EMAIL_1]]]')).toBe(
      '[[EMAIL_2]] [[EMAIL_1] [EMAIL_1]] [[email_1]] [a@example.com]',
    );
  });
});

describe('redacting and restoring', () => {
  it('gives back exactly the text that came in', () => {
    fc.assert(
      fc.property(text, text, (first, second) => {
        const placeholders = new Placeholders();
        const { slots } = redact([slot(first), slot(second)], RULES, placeholders);
        expect(slots.map((after) => placeholders.restore(after.text))).toEqual([first, second]);
      }),
      { numRuns: 500 },
    );
  });

  it('does so over two redactions, the second not touching what the first put in', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const placeholders = new Placeholders();
        const once = redact([slot(whole)], RULES.slice(0, 4), placeholders);
        const twice = redact(once.slots, RULES, placeholders);
        expect(placeholders.restore(twice.slots[0]?.text ?? '')).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the same JSON in arguments of tools', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.boolean(), fc.constant(null))), (value) => {
        const placeholders = new Placeholders();
        const json = JSON.stringify(value);
        const { slots } = redact([slot(json, 'arguments')], RULES, placeholders);
        const after = slots[0]?.text ?? '';
        JSON.parse(after);
        const restorer = createRestorer(placeholders, { json: true });
        expect(JSON.parse(restorer.push(after) + restorer.flush())).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  it('restores what a person wrote in the shape of a placeholder to itself, not to a value', () => {
    const placeholders = new Placeholders();
    const { slots } = redact([slot('Write [[EMAIL_1]] to ann@example.com'), slot('[[EMAIL_1]]')], RULES, placeholders);
    expect(slots.map((after) => after.text)).toEqual(['Write [[TEXT_1]] to [[EMAIL_1]]', '[[TEXT_1]]']);
    expect(placeholders.restore('Use [[TEXT_1]] for [[EMAIL_1]].')).toBe('Use [[EMAIL_1]] for ann@example.com.');
  });

  it('escapes also a placeholder that an earlier answer left in the history', () => {
    const placeholders = new Placeholders();
    const history = slot('I have written to [[EMAIL_1]].');
    const { slots } = redact([history, slot('Now write to ann@example.com')], RULES, placeholders);
    expect(slots[0]?.text).toBe('I have written to [[TEXT_1]].');
    expect(placeholders.restore('[[TEXT_1]], [[EMAIL_1]]')).toBe('[[EMAIL_1]], ann@example.com');
  });
});

describe('restoring a stream', () => {
  it('equals restoring the whole, however it is cut', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (whole, sizes, json) => {
          const placeholders = new Placeholders();
          for (const value of ['ann@example.com', 'say "hi"\n\\', '[[EMAIL_2]]', '[['])
            placeholders.take('email', value);
          placeholders.take('Ticket no. 5', 'ABC-1');
          const restorer = createRestorer(placeholders, { json });
          let out = '';
          for (const chunk of inChunks(whole, sizes)) out += restorer.push(chunk);
          out += restorer.flush();
          expect(out).toBe(json ? placeholders.restoreInJson(whole) : placeholders.restore(whole));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('holds back only the beginning of a placeholder, and lets go when it is none', () => {
    const placeholders = new Placeholders();
    placeholders.take('email', 'ann@example.com');
    const restorer = createRestorer(placeholders, { json: false });
    expect(restorer.push('Hello [')).toBe('Hello ');
    expect(restorer.push('[EMA')).toBe('');
    expect(restorer.push('IL_1]')).toBe('');
    expect(restorer.push('] and [[')).toBe('ann@example.com and ');
    expect(restorer.push('note]]')).toBe('[[note]]');
    expect(restorer.push(`[[${'A'.repeat(60)}`)).toBe(`[[${'A'.repeat(60)}`);
    expect(restorer.push('end [[EMAIL_1]')).toBe('end ');
    expect(restorer.flush()).toBe('[[EMAIL_1]');
    expect(restorer.flush()).toBe('');
  });

  it('escapes values inside the JSON of a tool call', () => {
    const placeholders = new Placeholders();
    const value = 'He said "no"\n\\o/';
    const placeholder = placeholders.take('note', value);
    const restorer = createRestorer(placeholders, { json: true });
    const json = JSON.stringify({ note: `<${placeholder}>` });
    let out = '';
    for (const character of json) out += restorer.push(character);
    expect(JSON.parse(out + restorer.flush())).toEqual({ note: `<${value}>` });
  });

  it('passes everything through when there is nothing to restore', () => {
    const restorer = createRestorer(new Placeholders(), { json: false });
    expect(restorer.push('a [[EMAIL_')).toBe('a [[EMAIL_');
  });
});
