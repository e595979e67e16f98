import { fold } from '../sample.ts';
import { TOPICS, type Topic } from './words.ts';

export type Counts = Record<Topic, number>;

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
  for (const topic of Object.keys(TOPICS) as Topic[]) {
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

/** Adds to `counts` how many different words of each topic a folded text has, each times `share`. */
export function addCounts(counts: Counts, folded: string, share: number): void {
  const words = folded.match(WORD) ?? [];
  const seen = new Set<number>();
  for (let at = 0; at < words.length; at++) {
    const entries = ENTRIES.get((words[at] ?? '').slice(0, KEY_LETTERS));
    if (!entries) continue;
    for (const entry of entries) {
      if (!stands(entry, words, at) || seen.has(entry.id)) continue;
      seen.add(entry.id);
      counts[entry.topic] += entry.counts * share;
    }
  }
}
