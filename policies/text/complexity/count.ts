import { fold } from '../sample.ts';
import { TOPIC_NAMES, TOPICS, type Topic } from './words.ts';

/** How many different words of each topic there are. */
export type Counts = Readonly<Record<Topic, number>>;

interface Entry {
  readonly topic: Topic;
  readonly id: number;
  readonly counts: number;
  readonly words: readonly string[];
  /** Whether the last word is only a beginning. */
  readonly open: boolean;
}

const WORD = /[a-z0-9]+(?:-[a-z0-9]+)*/g;
const KEY_LETTERS = 3;

/** Entries by the first letters of their first word. */
const ENTRIES = ((): ReadonlyMap<string, readonly Entry[]> => {
  const entries = new Map<string, Entry[]>();
  let id = 0;
  for (const topic of TOPIC_NAMES) {
    for (const phrase of new Set(TOPICS[topic].flatMap((line) => fold(line).split(', ')))) {
      const twice = phrase.startsWith('+');
      const open = phrase.endsWith('*');
      const words = phrase.slice(twice ? 1 : 0, open ? -1 : undefined).split(' ');
      const key = (words[0] ?? '').slice(0, KEY_LETTERS);
      const list = entries.get(key) ?? [];
      list.push({ topic, id, counts: twice ? 2 : 1, words, open });
      entries.set(key, list);
      id += 1;
    }
  }
  return entries;
})();

function stands(entry: Entry, words: readonly string[], at: number): boolean {
  const last = entry.words.length - 1;
  for (let i = 0; i <= last; i++) {
    const wanted = entry.words[i] ?? '';
    const word = words[at + i];
    if (word === undefined) return false;
    if (i === last && entry.open ? !word.startsWith(wanted) : word !== wanted) return false;
  }
  return true;
}

/**
 * Counts the words of each topic in a folded text; those of `material`, which was pasted in, for `share` each. A word
 * that comes again does not count again.
 */
export function countTopics(asked: string, material: string, share: number): Counts {
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
  const seen = new Set<number>();
  const add = (text: string, each: number) => {
    const words = text.match(WORD) ?? [];
    for (let at = 0; at < words.length; at++) {
      for (const entry of ENTRIES.get((words[at] ?? '').slice(0, KEY_LETTERS)) ?? []) {
        if (seen.has(entry.id) || !stands(entry, words, at)) continue;
        seen.add(entry.id);
        counts[entry.topic] += entry.counts * each;
      }
    }
  };
  add(asked, 1);
  if (material !== '') add(material, share);
  return counts;
}
