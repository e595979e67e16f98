import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestView, TextSlot } from '../../../policies/request.ts';
import { COMPLEX_FROM, SCORER, SIMPLE_BELOW, scoreComplexity } from '../../../policies/text/complexity.ts';
import { viewOf } from '../view.ts';
import prompts from './prompts.json' with { type: 'json' };

type Said = readonly [role: 'system' | 'user' | 'assistant', text: string];

function view(said: readonly Said[], more: Partial<RequestView> = {}): RequestView {
  const slots: TextSlot[] = said.map(([role, text], message) => ({
    path: ['messages', message, 'content'],
    role,
    purpose: role === 'system' ? 'instructions' : 'message',
    message,
    text,
  }));
  const turns = said.filter(([role]) => role === 'user').length;
  return viewOf({ slots, messages: slots.length, turns, ...more });
}

const of = (text: string) => scoreComplexity(view([['user', text]]));
const level = (text: string) => {
  const { score } = of(text);
  return score < SIMPLE_BELOW ? 'simple' : score >= COMPLEX_FROM ? 'complex' : 'standard';
};
const ESSAY = 'School uniforms have many friends and foes. They make mornings easy and hide who is rich. '.repeat(6);

describe('the level of labelled prompts in English, German and Spanish', () => {
  const judged = prompts.map((entry) => ({ ...entry, judged: level(entry.prompt) }));

  it('is right for at least nine in ten, overall and in each language', () => {
    expect(prompts).toHaveLength(200);
    for (const language of ['en', 'de', 'es']) {
      const those = judged.filter((entry) => entry.language === language);
      expect(those.filter((entry) => entry.judged === entry.level).length / those.length).toBeGreaterThanOrEqual(0.9);
    }
  });

  it('never takes a complex prompt for a simple one, nor the other way round', () => {
    const confused = judged.filter((entry) => [entry.level, entry.judged].sort().join() === 'complex,simple');
    expect(confused).toEqual([]);
  });
});

describe('the level of typical prompts', () => {
  it.each([
    'give me a synonym for happy',
    'Donne-moi un synonyme de content.',
    'Is this answer right? 7 x 8 = 54. Reply yes or no.',
    'Which river flows through Cologne?\nA. Elbe\nB. Rhine\nC. Danube\nD. Main\nAnswer:',
  ])('is simple: %s', (text) => {
    expect(level(text)).toBe('simple');
  });

  it.each([
    'A train leaves Rome at 9:00 at 80 km/h, another follows at 10:15 at 120 km/h. Prove that the second catches up, then derive when, and compare the result with constant acceleration, step by step. Explain your reasoning.',
    'Démontre que la racine de 5 est irrationnelle, généralise la preuve à tout nombre premier, puis explique étape par étape où l’argument échoue.',
  ])('is complex: %s', (text) => {
    expect(level(text)).toBe('complex');
  });

  it('is not simple where an essay is to be graded', () => {
    expect(level(`Grade this essay.\n\n${ESSAY}`)).not.toBe('simple');
    expect(level(`Grade this essay from 1 to 10 and justify the grade.\n\n${ESSAY}`)).not.toBe('simple');
  });
});

describe('the reasons of a score', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.constantFrom(...prompts.map(({ prompt }) => prompt)),
  );

  it('add up to the score within 0 and 1, the largest first, and the same each time', () => {
    const said = fc.array(fc.tuple(fc.constantFrom('system' as const, 'user' as const, 'assistant' as const), text), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(said, fc.nat(2), fc.boolean(), (messages, images, tools) => {
        const request = view(messages, { images, toolNames: tools ? ['search'] : [] });
        const { score, reasons, scorer } = scoreComplexity(request);
        const sum = reasons.reduce((total, reason) => total + reason.weight, 0);
        expect(score).toBeCloseTo(Math.min(1, Math.max(0, sum)), 6);
        const sizes = reasons.map((reason) => Math.abs(reason.weight));
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        expect(new Set(reasons.map((reason) => reason.signal)).size).toBe(reasons.length);
        expect(scorer).toBe(SCORER);
        expect(scoreComplexity(request)).toEqual({ score, reasons, scorer });
      }),
    );
  });

  it.each([
    ['reasoning', 'Prove it and justify each claim.'],
    ['steps', 'First sort them, then count them, finally report.'],
    ['constraints', 'It must fit on one page, at most 200 words, without pictures.'],
    ['code', 'Look:\n```js\nlet a = 1;\n```'],
    ['mathematics', 'The integral of x^2 and its derivative.'],
    ['question', 'Is it late?'],
    ['small task', 'a synonym for big'],
    ['parts', 'Statement 1: it rains. Statement 2: it is wet. Judge both.'],
    ['list', '- red\n- green\n- blue'],
  ])('name %s', (signal, text) => {
    const reason = of(text).reasons.find((found) => found.signal === signal);
    expect(reason?.words).toMatch(/^[a-z]/);
    expect(Math.sign(reason?.weight ?? 0)).toBe(signal === 'question' || signal === 'small task' ? -1 : 1);
  });

  it('say nothing of what the text says', () => {
    const { reasons } = of('Prove to Mrs Zyxwv that her contract of 1234 must end.');
    expect(JSON.stringify(reasons)).not.toMatch(/zyxwv|1234/i);
  });
});

describe('what counts besides the last message', () => {
  const hard = prompts.find((entry) => entry.level === 'complex')?.prompt ?? '';

  it('the last message matters most', () => {
    const easyAtEnd = scoreComplexity(
      view([
        ['user', hard],
        ['assistant', 'Done.'],
        ['user', 'thanks'],
      ]),
    ).score;
    const hardAtEnd = scoreComplexity(
      view([
        ['user', 'hi'],
        ['assistant', 'Hello.'],
        ['user', hard],
      ]),
    ).score;
    expect(easyAtEnd).toBeLessThan(SIMPLE_BELOW);
    expect(hardAtEnd).toBeGreaterThanOrEqual(COMPLEX_FROM);
    expect(easyAtEnd).toBeGreaterThan(of('thanks').score);
  });

  it('instructions, images and tools add a little', () => {
    const alone = of('What is this?').score;
    const asked: Said = ['user', 'What is this?'];
    for (const request of [
      view([['system', hard], asked]),
      view([asked], { images: 1 }),
      view([asked], { files: 1 }),
      view([asked], { toolNames: ['search'] }),
    ]) {
      const { score } = scoreComplexity(request);
      expect(score).toBeGreaterThan(alone);
      expect(score).toBeLessThan(alone + 0.1);
    }
  });

  it('instructions are what is asked where the person wrote nothing', () => {
    expect(scoreComplexity(view([['system', hard]])).score).toBe(of(hard).score);
  });

  it('an empty request is trivial', () => {
    expect(scoreComplexity(view([])).score).toBe(0);
  });
});

describe('white space and length', () => {
  it('white space that changes nothing leaves the score as it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...prompts), fc.constantFrom('  ', '\t', '   '), ({ prompt }, space) => {
        const { score } = of(prompt);
        expect(Math.abs(of(prompt.replaceAll(' ', space)).score - score)).toBeLessThanOrEqual(0.02);
        expect(Math.abs(of(`\n \n${prompt.replaceAll('\n', '\r\n')}\n\n\n`).score - score)).toBeLessThanOrEqual(0.02);
      }),
    );
  });

  it('a short task on a very long text is not complex', () => {
    expect(
      level(`Is this message spam? Answer yes or no.\n\n${'We sell good shoes at fair prices. '.repeat(2000)}`),
    ).not.toBe('complex');
  });

  const article = `The new bridge has been in the news for a year now, and the whole town has something to say of it.
It is red and white and has two lanes. ${'Critics say that nobody analysed the design, and that the contract must be justified. '.repeat(30)}`;

  it.each([
    `Translate this text: ${article}`,
    `Fasse den Artikel zusammen:\n${article}`,
    `Extrae la fecha.\n\n${article}`,
    `${article}\n\nWhich language is it?`,
  ])('words in pasted material count for little: %#', (text) => {
    expect(level(text)).not.toBe('complex');
  });

  it('a salutation is not taken for what is asked', () => {
    const hard = 'Prove that there are infinitely many primes, justify each step and derive a bound.';
    expect(of(`Hello there,\n\n${hard}`).score).toBeGreaterThanOrEqual(of(hard).score);
  });

  it('only head and tail of a very long text are read', () => {
    const [head, tail] = ['Sum it up. '.repeat(500), ' Thank you.'.repeat(300)];
    const filled = (filling: string) => of(head + filling.repeat(1_000_000 / filling.length) + tail).score;
    expect(filled('Prove it. ')).toBe(filled('ab ab ab a'));
  });

  it.each([
    ...[
      ' ',
      '\n',
      '\t',
      'a ',
      '(',
      '```',
      '`',
      'a) ',
      '1. a\n',
      'let a ',
      'select a from ',
      'x = ',
      'f(',
      '?',
      '-',
      '1.',
      '\n\n```',
    ],
    ...['a. x, y\n', 'e\u0301', '¿', 'case 1 ', '第'],
  ])('a million times %j is read without delay', (unit) => {
    const { score } = of(unit.repeat(1_000_000 / unit.length));
    expect(score).toBeLessThanOrEqual(1);
  });
});
