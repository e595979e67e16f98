import type { Measures } from './measure.ts';

/** One sign of how hard a text is to answer, as a share of the score. */
interface Signal {
  readonly name: string;
  /** How much of it there is: 0 for none. */
  readonly amount: (m: Measures) => number;
  /** What the score gets when there is very much of it. */
  readonly most: number;
  /** The amount that gets half of `most`. */
  readonly half: number;
  /** What it is, for people. */
  readonly words: (amount: number) => string;
}

const manyFrom2 = (few: string, many: string) => (amount: number) => (amount < 2 ? few : many);

/**
 * The weights are tuned by hand and by search on labelled prompts in three languages; they fall off with the amount, so
 * that no single sign decides.
 */
const SIGNALS: readonly Signal[] = [
  {
    name: 'reasoning',
    amount: (m) => m.topics.reasoning,
    most: 0.74,
    half: 3,
    words: manyFrom2('asks for reasoning or design', 'asks for much reasoning or design'),
  },
  {
    name: 'task',
    amount: (m) => m.topics.explaining + m.topics.making + m.topics.cause,
    most: 0.41,
    half: 1.1,
    words: manyFrom2('asks for something to be explained or made', 'asks for several things to be explained or made'),
  },
  {
    name: 'steps',
    amount: (m) => m.topics.steps,
    most: 0.12,
    half: 3,
    words: manyFrom2('asks for one thing after another', 'asks for several steps'),
  },
  {
    name: 'constraints',
    amount: (m) => m.topics.limits,
    most: 0.2,
    half: 5,
    words: manyFrom2('sets a condition', 'sets conditions'),
  },
  { name: 'list', amount: (m) => m.items, most: 0.1, half: 4, words: () => 'holds a list of points' },
  {
    name: 'parts',
    amount: (m) => (m.parts >= 2 ? m.parts : 0),
    most: 0.18,
    half: 2,
    words: () => 'asks to judge several parts together',
  },
  {
    name: 'quantities',
    amount: (m) => m.topics.quantities,
    most: 0.22,
    half: 4,
    words: () => 'relates quantities to one another',
  },
  {
    name: 'mathematics',
    amount: (m) => m.topics.mathematics + m.formulas / 2,
    most: 0.09,
    half: 2,
    words: () => 'speaks of mathematics',
  },
  {
    name: 'field',
    amount: (m) => m.topics.field,
    most: 0.3,
    half: 2,
    words: () => 'is about a field that asks for expertise',
  },
  {
    name: 'grading',
    amount: (m) => m.topics.grading,
    most: 0.08,
    half: 1,
    words: () => 'asks to grade or rate a work',
  },
  {
    name: 'small task',
    amount: (m) => m.topics.small,
    most: -0.12,
    half: 0.6,
    words: () => 'asks for something small',
  },
];

/** Share of the score for each time that a text of 40 characters is doubled, and how often that counts. */
const DOUBLING = 0.068;
const MOST_DOUBLINGS = 6;
const SHORT_BELOW = 200;
const LONG_FROM = 1500;

const CODE = 0.05;
const YES_NO = -0.115;
const MULTIPLE_CHOICE = -0.115;

/** The share of one sign, and the words for it. */
export interface Weighed {
  readonly signal: string;
  readonly weight: number;
  readonly words: string;
}

/** What each sign in a text adds to the score or takes from it; signs that are not there are left out. */
export function weigh(m: Measures): Weighed[] {
  const length = m.length < SHORT_BELOW ? 'is short' : m.length < LONG_FROM ? 'is of middling length' : 'is long';
  const doublings = Math.min(MOST_DOUBLINGS, Math.log2(1 + m.length / 40));
  const weighed: Weighed[] = [{ signal: 'length', weight: DOUBLING * doublings, words: length }];
  for (const signal of SIGNALS) {
    const amount = signal.amount(m);
    if (amount === 0) continue;
    weighed.push({
      signal: signal.name,
      weight: (signal.most * amount) / (amount + signal.half),
      words: signal.words(amount),
    });
  }
  if (m.code) weighed.push({ signal: 'code', weight: CODE, words: 'contains code' });
  if (m.question === 'yes_no')
    weighed.push({ signal: 'question', weight: YES_NO, words: 'can be answered by yes or no' });
  if (m.question === 'multiple_choice') {
    weighed.push({ signal: 'question', weight: MULTIPLE_CHOICE, words: 'offers answers to choose from' });
  }
  return weighed;
}
