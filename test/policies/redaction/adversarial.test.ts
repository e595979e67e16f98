import { describe, expect, it } from 'vitest';
import { Placeholders } from '../../../policies/text/placeholders.ts';
import { type RedactionRule, redact } from '../../../policies/text/redact.ts';
import { createRestorer } from '../../../policies/text/restore.ts';

const LENGTH = 100_000;
const fill = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH);

const TEXTS: Record<string, string> = {};
for (const part of [
  'a',
  '1',
  ' ',
  '@',
  'a@',
  'a@a.',
  '.',
  'a.',
  '1.',
  '1.1.1.1.',
  '1 ',
  '1-',
  '+1',
  '+',
  '(',
  '((1',
  '+49 30 123456 ',
  '0',
  '00',
  '030 1234 ',
  '0301234567 ',
  '06 12 34 56 ',
  '1 2 3 4 5 6 7 ',
  '4111 ',
  '4111 1111 1111 111',
  '41111111111111112 ',
  '4242-',
  'DE89',
  'DE8937040044053201300',
  'DE89 3704 ',
  'AA00 A ',
  ':',
  '::',
  '1:',
  'a:b::',
  '1234:5678:',
  'sk-',
  'sk-aaaaaaaaaaaaaaaaaaa ',
  'eyJ',
  'eyJaaaaaaaa.',
  '-eyJaaaaaaaa-',
  'SG.aaaaaaaaaaaaaaaa.',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAA\n',
  '-----END ',
  'Bearer ',
  'bearer aaaaaaaaaaaaaaa ',
  '://a:',
  '://a:b',
  'password',
  'password: ',
  'password = aaaaa ',
  'token token',
  'secret_secret_',
  'secret is   ',
  '123-45-',
  '078-05-112',
  'ssn 123 45 ',
  '[[',
  '[',
  '[[A',
  '[[A_1',
  '[[EMAIL_1]]',
  '[[A_1_1_1_1',
  ' [at] ',
  'a(at)b',
  'a(at)b(dot)',
  'call 12345 ',
  'tel 1234567 ',
  '415-555-0123 ',
  'ann@example.com ',
  'é',
  'é@é.',
  '\u202f1',
  '😀',
  'falcon ',
  'falcon blue ',
  '"',
  '\\',
  '\n',
  '\u0000',
  'ext. 1',
  '1 x1 ',
]) {
  TEXTS[JSON.stringify(part)] = fill(part);
}
TEXTS['a login and spaces'] = `password is${' '.repeat(LENGTH)}"`;
TEXTS['one long local part'] = `${fill('a')}@example.com`;
TEXTS['one long domain'] = `a@${fill('a')}`;
TEXTS['a long domain of labels'] = `a@${fill('a.')}`;
TEXTS['a digit run after a plus'] = `+${fill('1')}`;
TEXTS['a bearer token'] = `Bearer ${fill('a')}!`;

const RULES: readonly RedactionRule[] = [
  ...['email', 'phone', 'card', 'iban', 'ssn', 'ip', 'secret'].map((detect) => ({
    detect,
    action: 'placeholder' as const,
  })),
  { pattern: '(x+x+)+y', name: 'pattern', action: 'mask' },
  { words: ['falcon', 'falcon blue falcon red'], name: 'words', action: 'mask' },
];

/** What needs no second look, in milliseconds of processor time. */
const QUICK_MS = 100;

/** Milliseconds of processor time, the best of five runs: what other programs on the machine do does not count. */
function best(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5 && least >= QUICK_MS; run++) {
    const before = process.cpuUsage();
    work();
    least = Math.min(least, process.cpuUsage(before).user / 1000);
  }
  return least;
}

/** Ten times the text may take ten times as long, and what a machine does besides; with squares it would be a hundred times. */
function expectLinear(text: string, work: (text: string) => void): void {
  const whole = best(() => work(text));
  if (whole >= QUICK_MS) expect(whole).toBeLessThan(25 * best(() => work(text.slice(0, LENGTH / 10))));
}

describe('100,000 characters are searched in under 100 ms each, or in a time that grows as they do', () => {
  it.each(Object.entries(TEXTS))('%s', (_, whole) => {
    expectLinear(whole, (text) => {
      const slot = { path: [], role: 'user', purpose: 'message', message: 0, text } as const;
      redact([slot], RULES, new Placeholders());
    });
  });

  it.each(['[', '[[', '[[A', '[[EMAIL_1', '[[EMAIL_1]]'])('and restored, one character at a time: %s', (part) => {
    const placeholders = new Placeholders();
    placeholders.take('email', 'ann@example.com');
    expectLinear(fill(part), (text) => {
      const restorer = createRestorer(placeholders, { json: false });
      for (const character of text) restorer.push(character);
      restorer.flush();
    });
  });
});
