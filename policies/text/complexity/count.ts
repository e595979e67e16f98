import { PHRASES, phraseIndex, placeOf } from '../phrases.ts';
import type { Material } from './material.ts';
import type { Topic } from './words.ts';

/** How many different words of each topic there are. */
export type Counts = Readonly<Record<Topic, number>>;

// The reading that last saw each phrase: used again by the next, so that none needs a set of its own.
const seenBy = new Uint32Array(PHRASES.length);
let reading = 0;

/**
 * Counts the phrases of each topic among those found in a text; those of its material for `share` each, those of its
 * salutation not at all. A phrase that comes again does not count again.
 */
export function countTopics(found: readonly number[], { start, from, to }: Material, share: number): Counts {
  const counts: Record<Topic, number> = {
    reasoning: 0,
    explaining: 0,
    making: 0,
    cause: 0,
    small: 0,
    steps: 0,
    limits: 0,
    quantities: 0,
    mathematics: 0,
    field: 0,
    grading: 0,
  };
  reading = (reading + 1) >>> 0;
  add(counts, found, start, from, 1);
  add(counts, found, to, Number.POSITIVE_INFINITY, 1);
  // After what is asked, so that a phrase that stands in both counts in full.
  add(counts, found, from, to, share);
  return counts;
}

function add(counts: Record<Topic, number>, found: readonly number[], from: number, to: number, each: number): void {
  if (from >= to) return;
  for (let i = 0; i < found.length; i++) {
    const place = placeOf(found[i]!);
    if (place < from || place >= to) continue;
    const index = phraseIndex(found[i]!);
    if (seenBy[index] === reading) continue;
    seenBy[index] = reading;
    const { topics } = PHRASES[index]!;
    for (let t = 0; t < topics.length; t++) counts[topics[t]!.topic] += topics[t]!.counts * each;
  }
}
