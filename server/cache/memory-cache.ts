/** Answers in this process's memory: those that were not asked for the longest give way. */
import type { Cache, CachedAnswer } from './cache.ts';

interface Kept {
  readonly answer: CachedAnswer;
  readonly until: number;
  readonly size: number;
}

/** What an entry takes besides its answer, roughly. */
const AROUND_ENTRY = 500;

export class MemoryCache implements Cache {
  /** In the order in which they were last asked for. */
  readonly #kept = new Map<string, Kept>();
  readonly #most: { readonly entries: number; readonly bytes: number };
  #bytes = 0;

  /** At most so many answers, and so many bytes of them together; one of more than a tenth of that is not kept. */
  constructor(most: { readonly entries: number; readonly bytes: number }) {
    this.#most = most;
  }

  async get(key: string, now: number): Promise<CachedAnswer | null> {
    const found = this.#kept.get(key);
    if (!found) return null;
    this.#remove(key, found);
    if (found.until <= now) return null;
    this.#add(key, found);
    return found.answer;
  }

  async put(key: string, answer: CachedAnswer, until: number): Promise<void> {
    const before = this.#kept.get(key);
    if (before) this.#remove(key, before);
    const size = answer.bytes.length + 2 * (answer.plainText?.length ?? 0) + AROUND_ENTRY;
    if (size > this.#most.bytes / 10) return;
    this.#add(key, { answer, until, size });
    for (const [oldest, kept] of this.#kept) {
      if (this.#kept.size <= this.#most.entries && this.#bytes <= this.#most.bytes) break;
      this.#remove(oldest, kept);
    }
  }

  async clear(): Promise<void> {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #add(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#bytes += kept.size;
  }

  #remove(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= kept.size;
  }
}
