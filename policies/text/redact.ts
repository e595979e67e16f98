import type { TextSlot } from '../request.ts';
import type { Span } from './detectors/detector.ts';
import { type Features, featuresOf } from './detectors/features.ts';
import { findDetector } from './detectors/index.ts';
import { patternFinder } from './detectors/pattern.ts';
import { wordsFinder } from './detectors/words.ts';
import { mapJsonTexts } from './json-texts.ts';
import { keyedHash } from './keyed-hash.ts';
import { lookalikes, type Placeholders } from './placeholders.ts';

/** What happens to a finding. */
export const REDACTION_ACTIONS = ['mask', 'placeholder', 'hash', 'report'] as const;
export type RedactionAction = (typeof REDACTION_ACTIONS)[number];

/** What to look for, and what to do with it. */
export type RedactionRule =
  | { readonly detect: string; readonly action: RedactionAction }
  | { readonly pattern: string; readonly name: string; readonly action: RedactionAction }
  | { readonly words: readonly string[]; readonly name: string; readonly action: RedactionAction };

export interface Redaction {
  readonly slots: readonly TextSlot[];
  /** True when a text differs from what came in. */
  readonly changed: boolean;
  /** How many of each type were found. */
  readonly found: Readonly<Record<string, number>>;
}

/** A rule made ready. */
interface Search {
  readonly name: string;
  readonly action: RedactionAction;
  readonly mask: string;
  readonly certainty: number;
  may(features: Features): boolean;
  find(text: string, features: Features): Span[];
}

interface Finding extends Span {
  /** Null for what must stay as it is: placeholders that an earlier node has put in. */
  readonly search: Search | null;
}

/** User text that has the shape of a placeholder gets one itself, so that an answer gives back just what was written. */
const LOOKALIKE: Search = {
  name: 'text',
  action: 'placeholder',
  mask: '',
  certainty: 1,
  may: () => true,
  find: lookalikes,
};

function searchOf(rule: RedactionRule): Search {
  if ('detect' in rule) {
    const detector = findDetector(rule.detect);
    if (!detector) throw new Error(`There is no detector named ${rule.detect}.`);
    const { name, mask, certainty } = detector;
    return { name, action: rule.action, mask, certainty, may: detector.may, find: detector.find };
  }
  const find = 'pattern' in rule ? patternFinder(rule.pattern) : wordsFinder(rule.words);
  // In small letters and without brackets, so that no mask can look like a placeholder.
  const mask = `[${rule.name.replace(/[[\]]/g, '').toLowerCase()}]`;
  return { name: rule.name, action: rule.action, mask, certainty: 0.5, may: () => true, find };
}

/** Rules are part of a compiled policy and live as long as it does: each list is made ready once. */
const ready = new WeakMap<readonly RedactionRule[], readonly Search[]>();

function searchesOf(rules: readonly RedactionRule[]): readonly Search[] {
  let searches = ready.get(rules);
  if (!searches) {
    searches = rules.map(searchOf);
    ready.set(rules, searches);
  }
  return searches;
}

/** A finding that is changed goes before one that is only reported; then the longer, the more certain, the earlier rule. */
function weaker(a: Finding, b: Finding): number {
  if (a.search === null || b.search === null) return a.search === b.search ? 0 : a.search === null ? 1 : -1;
  const reported = Number(b.search.action === 'report') - Number(a.search.action === 'report');
  return reported || a.end - a.start - (b.end - b.start) || a.search.certainty - b.search.certainty;
}

interface Piece extends Span {
  readonly finding: Finding;
}

/**
 * Gives each character to one finding: the strongest that covers it. What remains of a weaker one is still its own, so
 * that no part of it stays readable.
 */
function piecesOf(findings: Finding[]): Piece[] {
  findings.sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  for (let i = 0; i < findings.length; ) {
    const from = findings[i]!.start;
    let to = findings[i]!.end;
    let next = i + 1;
    while (next < findings.length && findings[next]!.start < to) to = Math.max(to, findings[next++]!.end);
    if (next === i + 1) pieces.push({ start: from, end: to, finding: findings[i]! });
    else {
      const cluster = findings.slice(i, next).reverse().sort(weaker);
      const owner = new Int32Array(to - from);
      for (const [k, finding] of cluster.entries()) owner.fill(k, finding.start - from, finding.end - from);
      for (let start = 0, end = 1; start < owner.length; start = end++) {
        while (end < owner.length && owner[end] === owner[start]) end++;
        pieces.push({ start: from + start, end: from + end, finding: cluster[owner[start]!]! });
      }
    }
    i = next;
  }
  return pieces;
}

class Redactor {
  readonly #searches: readonly Search[];
  readonly #placeholders: Placeholders;
  /** Placeholders given out before this pass: where they stand in a text, an earlier node has put them there. */
  readonly #earlier: number;
  readonly #restores: boolean;
  readonly found: Record<string, number> = {};

  constructor(searches: readonly Search[], placeholders: Placeholders) {
    this.#searches = searches;
    this.#placeholders = placeholders;
    this.#earlier = placeholders.size;
    this.#restores = searches.some((search) => search.action === 'placeholder');
  }

  /** The text after redaction. */
  change(text: string): string {
    const findings = this.#findings(text);
    if (findings.length === 0) return text;
    const counted = new Set<Finding>();
    let out = '';
    let copied = 0;
    for (const { start, end, finding } of piecesOf(findings)) {
      const { search } = finding;
      if (search === null) continue;
      const whole = end - start === finding.end - finding.start;
      if (search === LOOKALIKE) {
        // Cut by another finding, it has lost its shape.
        if (!whole) continue;
      } else if (!counted.has(finding)) {
        counted.add(finding);
        this.found[search.name] = (this.found[search.name] ?? 0) + 1;
      }
      if (search.action === 'report') continue;
      out += text.slice(copied, start) + this.#replacement(search, text.slice(start, end));
      copied = end;
    }
    return copied === 0 ? text : out + text.slice(copied);
  }

  #findings(text: string): Finding[] {
    const findings: Finding[] = [];
    const features = featuresOf(text);
    for (const search of this.#searches) {
      if (!search.may(features)) continue;
      for (const { start, end } of search.find(text, features)) findings.push({ start, end, search });
    }
    if (this.#restores || this.#earlier > 0) {
      for (const { start, end, text: shape } of lookalikes(text)) {
        const ours = this.#placeholders.isAmongFirst(this.#earlier, shape);
        if (ours) findings.push({ start, end, search: null });
        else if (this.#restores) findings.push({ start, end, search: LOOKALIKE });
      }
    }
    return findings;
  }

  #replacement(search: Search, value: string): string {
    if (search.action === 'placeholder') return this.#placeholders.take(search.name, value);
    if (search.action === 'mask' || this.#placeholders.salt === '') return search.mask;
    return `${search.mask.slice(0, -1)}:${keyedHash(this.#placeholders.salt, `${search.name} ${value}`)}]`;
  }
}

/** Arguments of tools are JSON, and results often are; they must stay so. */
function mayBeJson(slot: TextSlot): boolean {
  return slot.purpose === 'arguments' || (slot.purpose === 'result' && /^\s*["{[]/.test(slot.text));
}

/**
 * Finds personal data in every slot and does with it what the rules say. Masks keep nothing of a value; hashes are keyed
 * by the salt of `placeholders`, and are masks when it has none. Throws when a rule names no detector or has a pattern
 * that cannot be used.
 */
export function redact(
  slots: readonly TextSlot[],
  rules: readonly RedactionRule[],
  placeholders: Placeholders,
): Redaction {
  const redactor = new Redactor(searchesOf(rules), placeholders);
  let changed = false;
  const after = slots.map((slot) => {
    const change = (text: string): string => redactor.change(text);
    const text = (mayBeJson(slot) ? mapJsonTexts(slot.text, change) : null) ?? change(slot.text);
    if (text === slot.text) return slot;
    changed = true;
    return { ...slot, text };
  });
  return { slots: changed ? after : slots, changed, found: redactor.found };
}
