/** `[[EMAIL_1]]`: capital letters, digits and `_`, and a number. Short, and left alone by models. */
const SHAPE = /\[\[[A-Z][A-Z0-9_]{0,31}_[0-9]{1,6}\]\]/g;

/** What the end of a text can be when a placeholder goes on in the next piece. */
const BEGINNING = /^\[(?:\[(?:[A-Z][A-Z0-9_]{0,38}\]?)?)?$/;

/** Characters of the longest text that has the shape. */
const LONGEST = 43;

/** A placeholder-like text as it stands in another text. */
export interface Lookalike {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Texts that have the shape of a placeholder, whoever wrote them. */
export function lookalikes(text: string): Lookalike[] {
  if (!text.includes('[[')) return [];
  return Array.from(text.matchAll(SHAPE), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
}

/** Where the end of a text begins that may be the first part of a placeholder; the text's length when there is none. */
export function openPlaceholder(text: string): number {
  for (let at = text.indexOf('[', Math.max(0, text.length - LONGEST + 1)); at !== -1; at = text.indexOf('[', at + 1)) {
    if (BEGINNING.test(text.slice(at))) return at;
  }
  return text.length;
}

/** Stand-ins for personal data in one request: each distinct value gets one placeholder, and answers get the value back. */
export class Placeholders {
  /**
   * A secret of the organisation that keys the hashes of redacted values. Without one no hash is given out, since
   * whoever hashes every phone number there is could read it back.
   */
  readonly salt: string;
  readonly #byValue = new Map<string, string>();
  readonly #values = new Map<string, { readonly value: string; readonly order: number }>();
  readonly #counts = new Map<string, number>();

  constructor(salt = '') {
    this.salt = salt;
  }

  /** The placeholder for a value of a type; the same value of the same type always gets the same one. */
  take(type: string, value: string): string {
    const prefix = prefixOf(type);
    const key = `${prefix} ${value}`;
    const known = this.#byValue.get(key);
    if (known !== undefined) return known;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    const placeholder = `[[${prefix}_${count}]]`;
    this.#counts.set(prefix, count);
    this.#byValue.set(key, placeholder);
    this.#values.set(placeholder, { value, order: this.#values.size });
    return placeholder;
  }

  /** The text with each known placeholder replaced by its value. Values are not searched again. */
  restore(text: string): string {
    if (this.#values.size === 0 || !text.includes('[[')) return text;
    return text.replace(SHAPE, (placeholder) => this.#values.get(placeholder)?.value ?? placeholder);
  }

  /** The same in a text that stands inside a JSON string: values are escaped for it. */
  restoreInJson(text: string): string {
    if (this.#values.size === 0 || !text.includes('[[')) return text;
    return text.replace(SHAPE, (placeholder) => {
      const known = this.#values.get(placeholder);
      return known ? JSON.stringify(known.value).slice(1, -1) : placeholder;
    });
  }

  /** Whether a placeholder was among the first `size` to be given out. */
  isAmongFirst(size: number, placeholder: string): boolean {
    const known = this.#values.get(placeholder);
    return known !== undefined && known.order < size;
  }

  get size(): number {
    return this.#values.size;
  }
}

/** A type as placeholders show it: capital letters, digits and `_`, at most 24 of them. */
function prefixOf(type: string): string {
  const prefix = type
    .normalize('NFKD')
    .toUpperCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Z0-9]+/g, '_')
    .slice(0, 24)
    .replace(/^[0-9_]+|_+$/g, '');
  return prefix === '' ? 'VALUE' : prefix;
}
