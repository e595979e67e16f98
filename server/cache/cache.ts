/** Where answers are kept to be given again. Each implementation passes the same contract suite. */

export interface CachedAnswer {
  /** Id of the model that gave it. */
  readonly model: string;
  /** As server-sent events; else one JSON document. */
  readonly isStream: boolean;
  /** What came from upstream, in the bytes of the client's protocol, with placeholders where values were taken out. */
  readonly bytes: Buffer;
  /** All that it says, where that is one plain text; null for anything that is more. */
  readonly plainText: string | null;
  /** Nano-dollars that it cost; null where its price was not known. */
  readonly cost: number | null;
  /** When it was kept, in milliseconds since 1970. */
  readonly at: number;
}

/** Answers by keys that nobody can guess. Times are in milliseconds since 1970. */
export interface Cache {
  /** The answer of that key, if it is still to be given at `now`. */
  get(key: string, now: number): Promise<CachedAnswer | null>;
  /** Keeps an answer until a moment, in place of the one before. What is too large is not kept. */
  put(key: string, answer: CachedAnswer, until: number): Promise<void>;
  /** Forgets everything: nobody can tell whose an answer was. */
  clear(): Promise<void>;
}
