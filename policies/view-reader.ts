/** Collects what the body of a request holds, whatever its protocol. */
import type { Role, TextPurpose, TextSlot } from './request.ts';
import { utf8Bytes } from './text-size.ts';

/** UTF-8 bytes of any value as JSON; a plain string counts without its quotes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return utf8Bytes(value);
  if (value === null || typeof value !== 'object') return 0;
  return utf8Bytes(JSON.stringify(value));
}

export class ViewReader {
  readonly slots: TextSlot[] = [];
  readonly unbounded = new Set<string>();
  readonly toolNames: string[] = [];
  images = 0;
  audio = 0;
  files = 0;
  otherBytes = 0;
  readonly others: unknown[] = [];

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
    for (const name in fields) if (!known.has(name)) this.other(fields[name]);
  }
}
