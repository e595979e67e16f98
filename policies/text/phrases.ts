import { TOPIC_NAMES, TOPICS, type Topic } from './complexity/words.ts';
import { HYPHEN, Lexicon, WAY_OF, WORD_END } from './lexicon.ts';

/** What phrases tell of a question, besides the topics of a request; one bit each. */
export const HINT = { yesOrNo: 1, choice: 2, which: 4, more: 8, part: 16 } as const;
type Hint = keyof typeof HINT;

/** One line a language; `(a|b)` stands for either, `*` for any ending. */
const HINTS: Readonly<Record<Hint, readonly string[]>> = {
  yesOrNo: [
    'yes or no, true or false, right or wrong',
    'ja oder nein, (richtig|wahr) oder falsch',
    'si o no, verdadero o falso',
    'oui ou non, vrai ou faux',
  ],
  choice: [
    'multiple choice, multiple-choice, which (|one) of (these|the following), (choose|pick|select) (one of|the (correct|right|best) (answer|option)), with (|only) (the|a|one) (|single) letter',
    '(welche|welcher|welches|welchen) (der folgenden|von diesen|dieser), nur (|mit) (dem|den) buchstaben',
    '(cual|cuales) de (estas|estos|las siguientes|los siguientes), solo (|con) la letra',
    '(laquelle|lequel) (de ces|des|parmi), uniquement (|par) la lettre',
  ],
  which: [
    'which',
    'welche, welcher, welches, welchen, welchem',
    'cual, cuales',
    'quel, quels, quelle, quelles, lequel, laquelle',
  ],
  more: [
    'why, how, explain, justify',
    'warum, weshalb, wieso, wie, begrund*, erklar*',
    'por que, como, explica*, justifica*',
    'pourquoi, comment, explique, expliquez, justifie*',
  ],
  part: [
    'statement, scenario, case, part, source, passage, argument, premise, claim, answer, response, option',
    'aussage, szenario, fall, teil, quelle, antwort, zusammenfassung',
    'afirmacion, escenario, caso, parte, fuente, texto, respuesta',
    'enonce, cas, partie, texte, reponse',
  ],
};

const GROUP = /\(([^()]*)\)/;

function alternatives(phrase: string): string[] {
  const group = GROUP.exec(phrase);
  if (!group) return [phrase.replace(/ +/g, ' ').trim()];
  return (group[1] ?? '').split('|').flatMap((one) => alternatives(phrase.replace(group[0], one)));
}

/** A phrase, and what it tells. */
export interface Phrase {
  readonly words: string;
  /** Its topics, and how much it counts for each. */
  readonly topics: readonly { readonly topic: Topic; readonly counts: number }[];
  /** Bits of `HINT`. */
  readonly hints: number;
}

/** Every phrase once; where phrases were found, they are named by their index here. */
export const PHRASES: readonly Phrase[] = (() => {
  const phrases = new Map<string, { words: string; topics: { topic: Topic; counts: number }[]; hints: number }>();
  const named = (words: string) => {
    const phrase = phrases.get(words) ?? { words, topics: [], hints: 0 };
    phrases.set(words, phrase);
    return phrase;
  };
  for (const topic of TOPIC_NAMES) {
    for (const written of new Set(TOPICS[topic].flatMap((line) => line.split(', ')))) {
      const twice = written.startsWith('+');
      named(twice ? written.slice(1) : written).topics.push({ topic, counts: twice ? 2 : 1 });
    }
  }
  for (const hint of ['yesOrNo', 'choice', 'which', 'more', 'part'] as const) {
    for (const words of HINTS[hint].flatMap((line) => line.split(', ')).flatMap(alternatives)) {
      named(words).hints |= HINT[hint];
    }
  }
  return [...phrases.values()];
})();

const LEXICON = new Lexicon(PHRASES.map((phrase) => phrase.words));

/** Bits of the index in a finding, which is one number: the place in the text, then the index of the phrase. */
const INDEX_BITS = 12;

/** Where in the text a finding starts. */
export const placeOf = (finding: number): number => finding >> INDEX_BITS;

/** The phrase of a finding, by its index. */
export const phraseIndex = (finding: number): number => finding & ((1 << INDEX_BITS) - 1);

/**
 * The phrases in plain signs, in order, as findings. Words begin at `starts`; two signs that belong
 * to no word must follow the last one.
 */
export function findPhrases(signs: Uint8Array, starts: Int32Array, words: number): number[] {
  const found: number[] = [];
  for (let word = 0; word < words; word++) {
    const start = starts[word]!;
    let current = word;
    let at = start;
    let place = 0;
    for (;;) {
      const way = WAY_OF[signs[at]!]!;
      // A hyphen belongs to a word only within it.
      if (way !== WORD_END && (way !== HYPHEN || isWordWay(WAY_OF[signs[at + 1]!]!))) {
        place = LEXICON.next(place, way);
        if (place === 0) break;
        const open = LEXICON.open(place);
        if (open >= 0) found.push((start << INDEX_BITS) | open);
        at += 1;
      } else {
        const whole = LEXICON.whole(place);
        if (whole >= 0) found.push((start << INDEX_BITS) | whole);
        place = LEXICON.next(place, WORD_END);
        current += 1;
        if (place === 0 || current >= words) break;
        at = starts[current]!;
      }
    }
  }
  return found;
}

function isWordWay(way: number): boolean {
  return way !== WORD_END && way !== HYPHEN;
}

/** All that the phrases found hint at, as bits of `HINT`. */
export function hintsOf(found: readonly number[]): number {
  let hints = 0;
  for (let i = 0; i < found.length; i++) hints |= PHRASES[phraseIndex(found[i]!)]!.hints;
  return hints;
}
