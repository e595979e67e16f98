/**
 * The lines of an export: canonical JSON, each with a digest over itself and the line before, so that an altered line is
 * found at its place; and a last one that signs them all.
 */
import { canonicalJson, sha256 } from '../control/digest.ts';
import { signatureLine } from './note.ts';
import type { SigningKey } from './signing-key.ts';

export class ExportLines {
  readonly #key: SigningKey;
  #sum = '';
  #lines = 0;

  constructor(key: SigningKey) {
    this.#key = key;
  }

  /** A line with its line break. */
  line(fields: Readonly<Record<string, unknown>>): string {
    this.#sum = sha256(`${this.#sum}${canonicalJson(fields)}`);
    this.#lines += 1;
    return `${canonicalJson({ ...fields, sum: this.#sum })}\n`;
  }

  /** The line that ends an export. */
  end(): string {
    const name = `signalbox/${this.#key.installation}/export`;
    const text = `${name}\n${this.#lines}\n${Buffer.from(this.#sum, 'hex').toString('base64')}\n`;
    return this.line({ kind: 'end', note: `${text}\n${signatureLine(text, name, this.#key)}` });
  }
}
