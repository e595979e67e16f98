import { lastUserText, type RequestView, type TextSlot } from '../request.ts';
import { measure } from './complexity/measure.ts';
import { weigh } from './complexity/signals.ts';

/** One thing that made a request look harder or easier, with its share of the score and the words for it. */
export interface ComplexityReason {
  readonly signal: string;
  /** What it added to the score; negative where it made the request look easier. */
  readonly weight: number;
  readonly words: string;
}

export interface Complexity {
  /** 0 (trivial) to 1 (hard). */
  readonly score: number;
  /** The largest first. */
  readonly reasons: readonly ComplexityReason[];
  /** Version of the scorer, so that a record says what scored it. */
  readonly scorer: string;
}

/** Version of the scorer: another one with every change that can change a score. */
export const SCORER = 'signals-2';

/** Recommended threshold: a score below it is simple. */
export const SIMPLE_BELOW = 0.24;
/** Recommended threshold: a score at or above it is complex; between the two it is standard. */
export const COMPLEX_FROM = 0.55;

/** What instructions and the message before count for, of their own score, and at most. */
const AROUND_SHARE = 0.2;
const MOST_AROUND = 0.08;
/** How much of them is read, in characters: less than of the last message, since they count for less. */
const AROUND_READ = 500;

const PER_TURN = 0.01;
const MOST_TURNS = 5;
const IMAGES = 0.08;
const MEDIA = 0.05;
const TOOLS = 0.04;

/**
 * Scores how hard a request is to answer well, by the last message of the person before all; instructions, the message
 * before it, the depth of the conversation, images and tools count for a little. The weights of the reasons add up to
 * the score, but for its limits 0 and 1; weights and score have three decimals.
 */
export function scoreComplexity(view: RequestView): Complexity {
  const instructions = firstText(view.slots, (slot) => slot.purpose === 'instructions');
  const asked = lastUserText(view) || instructions;
  const reasons: ComplexityReason[] = [];
  const add = (signal: string, weight: number, words: string) => {
    const rounded = Math.round(weight * 1000) / 1000;
    if (rounded !== 0) reasons.push({ signal, weight: rounded, words });
  };

  for (const { signal, weight, words } of weigh(measure(asked))) add(signal, weight, words);
  if (instructions !== asked) add('instructions', around(instructions), 'comes with instructions to follow');
  add('message before', around(messageBefore(view.slots)), 'goes on from an earlier message');
  if (view.turns > 1) {
    add('conversation', PER_TURN * Math.min(MOST_TURNS, view.turns - 1), `is turn ${view.turns} of a conversation`);
  }
  if (view.images > 0) add('images', IMAGES, 'comes with images');
  if (view.audio + view.files > 0) add('files', MEDIA, 'comes with files or audio');
  if (view.toolNames.length > 0) add('tools', TOOLS, 'offers tools');

  reasons.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const sum = reasons.reduce((total, reason) => total + reason.weight, 0);
  const score = Math.round(Math.min(1, Math.max(0, sum)) * 1000) / 1000;
  return { score, reasons, scorer: SCORER };
}

function firstText(slots: readonly TextSlot[], wanted: (slot: TextSlot) => boolean): string {
  return slots.find(wanted)?.text ?? '';
}

/** The message of the person before the last one. */
function messageBefore(slots: readonly TextSlot[]): string {
  const last = slots.findLast((slot) => slot.role === 'user')?.message;
  return slots.findLast((slot) => slot.role === 'user' && slot.message !== last)?.text ?? '';
}

function around(text: string): number {
  if (text === '') return 0;
  const sum = weigh(measure(text.slice(0, AROUND_READ))).reduce((total, { weight }) => total + weight, 0);
  return Math.min(MOST_AROUND, Math.max(0, sum * AROUND_SHARE));
}
