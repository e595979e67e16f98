/** The effects that need nothing but the text: the same in a live run and in "Try it". */
import type { RedactNeed, RedactResult } from './effects.ts';
import { protectionAfter } from './protection.ts';
import type { TextSlot } from './request.ts';
import type { Run } from './run.ts';
import { type Complexity, scoreComplexity } from './text/complexity.ts';
import { Placeholders } from './text/placeholders.ts';
import { addCount, isAnyFound, placesOf, TOOL_NAME } from './text/places.ts';
import { redact } from './text/redact.ts';

/** Scores the request as it stands. */
export function classifyText(run: Run): Complexity {
  run.complexity = scoreComplexity(run.view);
  return run.complexity;
}

/** Redacts the run's texts, counts what was found and says where. Throws when a detector fails and the drawing says "refuse". */
export function redactText(need: RedactNeed, run: Run): RedactResult {
  if (run.view.tokens) return { found: {}, rules: rulesDigest(need.rules), unreadable: true };
  run.placeholders ??= new Placeholders(run.secret);
  try {
    const result = redact(run.view.slots, need.rules, run.placeholders);
    if (result.changed) {
      run.view = { ...run.view, slots: result.slots };
      run.textsChanged = true;
      run.changed();
    }
    for (const type in result.found) addCount(run.redactions, type, result.found[type] ?? 0);
    run.protection = protectionAfter(run.protection, need.rules, result.found);
    const { changed } = result;
    return {
      found: result.found,
      rules: rulesDigest(need.rules),
      ...(changed !== isAnyFound(result.found) && { changed }),
      ...(result.bySlot.length > 0 && placesOf(result.bySlot, run.view.endpoint, toolNamer(need, run))),
    };
  } catch (error) {
    if (need.ifUnavailable === 'refuse') throw error;
    return { found: {}, rules: rulesDigest(need.rules), failed: true };
  }
}

/** "lookupCustomer" and "lookup_customer" as people would write them, for rules that look for words. */
const asWords = (name: string): string => name.replace(/[_.-]+/g, ' ').replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ');

/** Names the tool whose result a text is: one that the request offers, by a plain name in which the rules find nothing. */
function toolNamer({ rules }: Pick<RedactNeed, 'rules'>, { view, secret }: Run) {
  const may = new Map<string, boolean>();
  const mayTell = (name: string): boolean => {
    if (!TOOL_NAME.test(name) || !view.toolNames.includes(name)) return false;
    const texts = [name, asWords(name)].map(
      (text) => ({ path: [], role: 'tool', purpose: 'label', message: 0, text }) as const,
    );
    return redact(texts, rules, new Placeholders(secret)).bySlot.length === 0;
  };
  return ({ path }: TextSlot): string | undefined => {
    const name = view.toolResults?.get(`${path[1]}.${path[3]}`) ?? view.toolResults?.get(`${path[1]}`);
    if (name === undefined) return undefined;
    let told = may.get(name);
    if (told === undefined) {
      told = mayTell(name);
      may.set(name, told);
    }
    return told ? name : undefined;
  };
}

const digests = new WeakMap<RedactNeed['rules'], string>();

/** A short name for a list of rules, by which a replay knows whether another version has the same; made once per version. */
export function rulesDigest(rules: RedactNeed['rules']): string {
  let digest = digests.get(rules);
  if (digest === undefined) {
    // FNV-1a in two halves: it tells versions apart and guards nothing.
    let a = 0x811c9dc5;
    let b = 0x01000193;
    for (const unit of JSON.stringify(rules)) {
      a = Math.imul(a ^ unit.charCodeAt(0), 0x01000193);
      b = Math.imul(b ^ unit.charCodeAt(0), 0x85ebca6b);
    }
    digest = (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
    digests.set(rules, digest);
  }
  return digest;
}
