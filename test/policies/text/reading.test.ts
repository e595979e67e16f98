import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode, QUESTION_FORMS, questionFormOf } from '../../../policies/text/reading.ts';
import { sampleOf } from '../../../policies/text/sample.ts';

describe('code in a text', () => {
  it.each([
    ['a fenced block', 'Fix this:\n```\nfoo bar\n```'],
    ['JavaScript', 'const total = items.reduce((sum, item) => sum + item.price, 0);'],
    ['Python', 'What is wrong?\n\ndef add(a, b):\n    return a - b'],
    [
      'a query',
      'Make it faster: SELECT o.id, SUM(l.price) FROM orders o JOIN lines l ON l.order_id = o.id GROUP BY o.id;',
    ],
    ['a short query', 'SELECT name FROM users'],
    ['a small query', 'Why is it empty?\nselect name from users where age is null'],
    ['C', '#include <stdio.h>\nint main() { printf("hi"); }'],
    ['a page', 'Why is it not centred? <div class="box"><p>Hi</p></div>'],
    ['a formula of a spreadsheet', 'Warum gibt =SVERWEIS(A2;Tabelle2!A:C;3;FALSCH) einen Fehler?'],
    ['another page', 'Why? <?php echo 1 ?> <b>x</b>'],
    ['output', 'it says std::string where I had System.out.println'],
    ['calls', 'I ran rows.filter(isOpen); and then rows.map(total);'],
    ['a new table', 'CREATE TABLE users (id int)'],
    ['an import', 'from os import path'],
    ['a class', 'class Point:\n  pass'],
    ['Go', 'func main() {\n\tfmt.Println("hi")\n}'],
  ])('is seen: %s', (_what, text) => {
    expect(hasCode(text)).toBe(true);
  });

  it.each([
    'How do I reverse a list in Python?',
    'Please select a hotel from the list; we arrive on Friday.',
    'We had three options (train, car, plane); in the end, we took the train.',
    'Let me know if it works for you: the offer = 5 % off.',
    'Von Montag bis Freitag; am Samstag (nur vormittags) auch.',
    'public transport in Vienna (all of it) has these lines:',
    'Then let n = 2k be even.',
    'Delete from Outlook (all folders) what is old.',
    'Import duties return to 5 %, while class sizes fall.',
    'for (nearly) all of us, if (and only if) it rains',
    'import duties\nreturn tickets\nwhile stocks last',
    '- milk\n- bread\n- eggs',
    '',
  ])('is not seen in prose: "%s"', (text) => {
    expect(hasCode(text)).toBe(false);
  });
});

it('code deep in a long text is seen', () => {
  const prose = 'It rains, and we wait. '.repeat(110);
  expect(hasCode(`${prose}\nconst total = sum(items);\n${prose}${prose}`)).toBe(true);
});

describe('the form of a question', () => {
  it.each([
    'Is Vienna the capital of Austria?',
    'Has the parcel arrived yet?',
    'Was it raining yesterday?',
    'If I cancel today, do I get a refund?',
    'Is the answer right? Reply yes or no.',
    'True or false: the moon is a planet.',
    'Ist Wien die Hauptstadt von Österreich?',
    'Stimmt das? Antworte mit ja oder nein.',
    'Is it late??',
    'Stimmt das? Ja/Nein',
    'true / false: the moon is a planet.',
    '¿Es Viena la capital de Austria?',
    '¿Menciona el texto un precio?',
    'Contesta sí o no: la Luna es un planeta.',
    'Est-ce que Vienne est la capitale de l’Autriche ?',
    'Vrai ou faux : la Lune est une planète.',
  ])('is yes or no: %s', (text) => {
    expect(questionFormOf(text)).toBe('yes_no');
  });

  it.each([
    'Which planet is nearest to the sun?\nA) Venus\nB) Mercury\nC) Mars',
    'Pick the right word: (a) their (b) there (c) they’re',
    'Which of the following is a mammal? Shark, dolphin, frog.',
    'Welcher Fluss fließt durch Köln?\na) Elbe\nb) Rhein\nc) Donau',
    '¿Cuál de estos animales es un mamífero?\na) El tiburón\nb) El delfín',
    'Lequel de ces animaux est un mammifère ?\nA. le requin\nB. le dauphin',
    'Which one is a fruit?\n1. carrot\n2. apple',
  ])('is multiple choice: %s', (text) => {
    expect(questionFormOf(text)).toBe('multiple_choice');
  });

  it.each([
    'What is the capital of Austria?',
    'who painted guernica',
    'How did Eratosthenes do it in 240 B.C.?',
    'Is the plan sound, and why?',
    'Could you write a letter to my landlord?',
    'Was kostet das?',
    'Mit welchem Zug komme ich nach Graz?',
    'Kannst du mir einen Brief schreiben?',
    '¿Cuánto cuesta?',
    '¿En qué año nació Goya?',
    'Quelle est la capitale de l’Autriche ?',
    'Qu’est-ce que c’est ?',
    'The capital of Austria?',
    '天空为什么是蓝色的？',
  ])('is open: %s', (text) => {
    expect(questionFormOf(text)).toBe('open');
  });

  it.each(['', 'Write a poem about rain.', 'Schreib ein Gedicht.', 'Gracias.', '1. Wash\n2. Dry\n3. Fold'])(
    'is none where nothing is asked: "%s"',
    (text) => {
      expect(questionFormOf(text)).toBe('none');
    },
  );

  it('is one of the forms for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        expect(QUESTION_FORMS).toContain(questionFormOf(text));
      }),
    );
  });
});

describe('the part of a text that is read', () => {
  it('is all of a short text, else its start and its end', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20_000), fc.integer({ min: 100, max: 6000 }), (text, length, longest) => {
        const long = text + 'x'.repeat(length) + text;
        const part = sampleOf(long, longest);
        if (long.length <= longest) expect(part).toBe(long);
        else {
          const [head = '', tail = ''] = [part.slice(0, longest * 0.6), part.slice(Math.floor(longest * 0.6) + 2)];
          expect(part).toHaveLength(longest);
          expect(long.startsWith(head) && long.endsWith(tail)).toBe(true);
        }
        expect(sampleOf(part, longest)).toBe(part);
      }),
    );
  });

  it('holds the question at the end of a very long text', () => {
    expect(questionFormOf(`${'word '.repeat(200_000)}\n\nIs that right? Yes or no.`)).toBe('yes_no');
  });
});
