import type { TextSlot } from '../request.ts';
import type { Span } from './detectors/detector.ts';
import { type Features, featuresOf } from './detectors/features.ts';
import { findDetector } from './detectors/index.ts';
import { patternFinder } from './detectors/pattern.ts';
import { wordsFinder } from './detectors/words.ts';
import { mapJsonTexts } from './json-texts.ts';
import { keyedHash } from './keyed-hash.ts';
import { lookalikes, type Placeholders } from './placeholders.ts';
import { addCount, type FindingCounts, type SlotFindings } from './places.ts';

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
  readonly found: FindingCounts;
  /** The same by slot, for the slots in which something was found. */
  readonly bySlot: readonly SlotFindings[];
}

/** What is done with a finding, and how strong it is. */
interface Treatment {
  readonly name: string;
  readonly action: RedactionAction;
  readonly mask: string;
  readonly certainty: number;
}

/** A rule made ready. */
interface Search extends Treatment {
  /** Whether words before a text help: the key of a value in JSON. */
  readonly readsContext: boolean;
  may(features: Features): boolean;
  find(text: string, features: Features): Span[];
}

interface Finding extends Span {
  /** Null for what must stay as it is: placeholders that an earlier node has put in. */
  readonly treatment: Treatment | null;
}

/** User text that has the shape of a placeholder gets one itself, so that an answer gives back just what was written. */
const LOOKALIKE: Treatment = { name: 'text', action: 'placeholder', mask: '[text]', certainty: 1 };

function searchOf(rule: RedactionRule): Search {
  if ('detect' in rule) {
    const detector = findDetector(rule.detect);
    if (!detector) throw new Error(`There is no detector named ${rule.detect}.`);
    const { name, mask, certainty } = detector;
    return { name, action: rule.action, mask, certainty, readsContext: true, may: detector.may, find: detector.find };
  }
  const find = 'pattern' in rule ? patternFinder(rule.pattern) : wordsFinder(rule.words);
  // In small letters and without brackets, so that no mask can look like a placeholder.
  const mask = `[${rule.name.replace(/[[\]]/g, '').toLowerCase()}]`;
  return { name: rule.name, action: rule.action, mask, certainty: 0.5, readsContext: false, may: () => true, find };
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
  if (a.treatment === null || b.treatment === null) return Number(a.treatment === null) - Number(b.treatment === null);
  const reported = Number(b.treatment.action === 'report') - Number(a.treatment.action === 'report');
  return reported || a.end - a.start - (b.end - b.start) || a.treatment.certainty - b.treatment.certainty;
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
  /** What was found since somebody took it; null where nothing was. */
  #found: Record<string, number> | null = null;

  constructor(searches: readonly Search[], placeholders: Placeholders) {
    this.#searches = searches;
    this.#placeholders = placeholders;
    this.#earlier = placeholders.size;
    this.#restores = searches.some((search) => search.action === 'placeholder');
  }

  /**
   * The text after redaction; `key` is the key under which it stands in JSON. Where `signed`, placeholders of earlier
   * requests stay as they are: they were never restored there, since a changed text would lose its signature.
   */
  change(text: string, key = '', signed = false): string {
    const findings = this.#findings(text, key, signed);
    if (findings.length === 0) return text;
    const counted = new Set<Finding>();
    let out = '';
    let copied = 0;
    for (const { start, end, finding } of piecesOf(findings)) {
      const { treatment } = finding;
      if (treatment === null) continue;
      const whole = end - start === finding.end - finding.start;
      if (treatment === LOOKALIKE) {
        // Cut by another finding, it has lost its shape.
        if (!whole) continue;
      } else if (!counted.has(finding)) {
        counted.add(finding);
        this.#found ??= {};
        addCount(this.#found, treatment.name, 1);
      }
      if (treatment.action === 'report') continue;
      out += text.slice(copied, start) + this.#replacement(treatment, text.slice(start, end));
      copied = end;
    }
    return copied === 0 ? text : out + text.slice(copied);
  }

  /** How many of each type were found since this was last asked for; null where nothing was. */
  takeFound(): FindingCounts | null {
    const found = this.#found;
    this.#found = null;
    return found;
  }

  #findings(text: string, key: string, signed: boolean): Finding[] {
    const findings: Finding[] = [];
    const context = key === '' ? '' : `${asWords(key)}: `;
    const read = context + text;
    const features = featuresOf(read);
    for (const search of this.#searches) {
      if (!search.may(features)) continue;
      const shift = search.readsContext ? context.length : 0;
      for (const span of search.find(search.readsContext ? read : text, features)) {
        const start = Math.max(0, span.start - shift);
        const end = span.end - shift;
        if (end > start) findings.push({ start, end, treatment: search });
      }
    }
    if (this.#restores || this.#earlier > 0) {
      for (const { start, end, text: shape } of lookalikes(text)) {
        const ours = this.#placeholders.isAmongFirst(this.#earlier, shape);
        if (ours) findings.push({ start, end, treatment: null });
        else if (this.#restores && !signed) findings.push({ start, end, treatment: LOOKALIKE });
      }
    }
    return findings;
  }

  #replacement({ name, action, mask }: Treatment, value: string): string {
    if (action === 'placeholder') return this.#placeholders.take(name, value);
    if (action === 'mask' || this.#placeholders.salt === '') return mask;
    return `${mask.slice(0, -1)}:${keyedHash(this.#placeholders.salt, `${name} ${value}`)}]`;
  }
}

/** A key as people would write it: "phoneNumber" and "phone_number" are "phone number". */
function asWords(key: string): string {
  return key
    .slice(-40)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
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
  const found: Record<string, number> = {};
  const bySlot: SlotFindings[] = [];
  let changed = false;
  const after = slots.map((slot) => {
    const json = mayBeJson(slot) ? mapJsonTexts(slot.text, (text, key) => redactor.change(text, key)) : null;
    const text = json ?? redactor.change(slot.text, '', slot.purpose === 'thinking');
    const here = redactor.takeFound();
    if (here) {
      bySlot.push({ slot, found: here });
      for (const type in here) addCount(found, type, here[type] ?? 0);
    }
    if (text === slot.text) return slot;
    changed = true;
    return { ...slot, text };
  });
  return { slots: changed ? after : slots, changed, found, bySlot };
}
