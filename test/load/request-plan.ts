/** What one request of a scenario asks for, and what is to become of it. The plan travels in its first message. */
import { z } from 'zod';

const planSchema = z.strictObject({
  /**
   * What the upstream does: answers; refuses with 500 or 429; closes the connection before it answers; breaks off in
   * the middle; answers and does not report what was used. `unreachable` names a model whose server nobody runs.
   */
  fate: z.enum(['answer', 'error', 'busy', 'reset', 'broken', 'unreported', 'unreachable']),
  /** How many attempts meet this fate; those after them are answered. */
  times: z.int(),
  /** Words of the answer, each a token. */
  output: z.int().min(1),
  /** Events that the answer comes in. */
  events: z.int().min(1),
  /** Events after which a broken stream breaks off. */
  breakAfter: z.int(),
  /** Milliseconds between two events; 0 for as fast as it goes. */
  pace: z.int(),
  /** Tokens of the input that the vendor had in its cache, as a share of it. */
  cached: z.number(),
});
export type Plan = z.infer<typeof planSchema>;

/** The plan at the head of a message; throws where there is none. */
export function planIn(content: string): Plan {
  return planSchema.parse(JSON.parse(content.slice(0, content.indexOf('\n'))));
}

/** Words that every published tokenizer reads as one token each. */
const WORDS = ['time', 'people', 'way', 'water', 'words', 'light', 'house', 'world', 'place', 'hand', 'part', 'line'];

/** Texts by their length and first word: to make large ones again and again would keep the upstream busy. */
const made = new Map<string, string>();

/** A text of so many words, each with a space before it. */
export function wordsOf(count: number, from = 0): string {
  const first = from % WORDS.length;
  const name = `${count} ${first}`;
  let text = made.get(name);
  if (text === undefined) {
    text = '';
    for (let i = 0; i < count; i += 1) text += ` ${WORDS[(first + i) % WORDS.length]}`;
    made.set(name, text);
  }
  return text;
}

/** The message that carries a plan, followed by a text of so many words. */
export function messageOf(plan: Plan, words: number): string {
  return `${JSON.stringify(plan)}\n${wordsOf(words)}`;
}

/** The tokens that the upstream counts in a message: never more than a tokenizer would make of it. */
export function tokensIn(content: string): number {
  return content.slice(content.indexOf('\n')).split(' ').length;
}
