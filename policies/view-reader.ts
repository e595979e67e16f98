/** Collects what the body of a request holds, whatever its protocol. */
import type { CacheWrites, Role, TextPurpose, TextSlot } from './request.ts';
import { utf8Bytes } from './text-size.ts';

/** UTF-8 bytes of any value as JSON; a plain string counts without its quotes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return utf8Bytes(value);
  if (value === null || typeof value !== 'object') return 0;
  return utf8Bytes(JSON.stringify(value));
}

/** The member of a part that marks it for the vendor's cache. */
export const CACHE_MARK = 'cache_control';

export class ViewReader {
  readonly slots: TextSlot[] = [];
  readonly unbounded = new Set<string>();
  readonly toolNames: string[] = [];
  images = 0;
  audio = 0;
  files = 0;
  otherBytes = 0;
  cacheWrites: CacheWrites = 'no';
  readonly others: unknown[] = [];

  /** Tools whose results were met, by place; null where none was. */
  toolResults: Map<string, string> | null = null;
  #called: Map<string, string> | null = null;

  /** A tool was called, under an id that its result names. */
  called(id: unknown, tool: unknown): void {
    if (typeof id !== 'string' || typeof tool !== 'string') return;
    this.#called ??= new Map();
    this.#called.set(id, tool);
  }

  /** At this place stands the result of the call of that id. */
  answered(place: string, id: unknown): void {
    const tool = typeof id === 'string' ? this.#called?.get(id) : undefined;
    if (tool === undefined) return;
    this.toolResults ??= new Map();
    this.toolResults.set(place, tool);
  }

  slot(path: TextSlot['path'], role: Role, purpose: TextPurpose, index: number, text: string): void {
    this.slots.push({ path, role, purpose, message: index, text });
  }

  /** What the model reads and no slot holds. */
  other(value: unknown): void {
    const bytes = bytesOf(value);
    if (bytes === 0) return;
    this.otherBytes += bytes;
    this.others.push(value);
  }

  /** Fields that the protocol's reader does not know. */
  othersBesides(fields: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): void {
    for (const name in fields) {
      if (name === CACHE_MARK) this.cacheMark(fields[name]);
      else if (!known.has(name)) this.other(fields[name]);
    }
  }

  /** Anthropic's mark for what its cache is to keep, which other servers have taken over. */
  cacheMark(mark: unknown): void {
    if (typeof mark !== 'object' || mark === null) return;
    if ('ttl' in mark && mark.ttl === '1h') this.cacheWrites = 'hour';
    else if (this.cacheWrites === 'no') this.cacheWrites = 'minutes';
  }
}
