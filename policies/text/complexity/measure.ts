import { HINT, PHRASES, phraseIndex, placeOf } from '../phrases.ts';
import { LONGEST_READ, type Plain, plainOf } from '../plain.ts';
import { hasCode, type QuestionForm, questionFormIn } from '../reading.ts';
import { sampleOf } from '../sample.ts';
import { type Counts, countTopics } from './count.ts';
import { materialIn } from './material.ts';

/** What can be counted in one text. */
export interface Measures {
  /** Characters; those of material count less, a letter of Chinese, Japanese or Korean counts as three. */
  readonly length: number;
  /** Lines of a list. */
  readonly items: number;
  /** Signs and expressions of mathematics. */
  readonly formulas: number;
  /** Labelled parts that belong together ("Statement 1", "Case B"). */
  readonly parts: number;
  readonly code: boolean;
  readonly question: QuestionForm;
  readonly topics: Counts;
}

const PART_LABEL = / (?:\d{1,2}|[ivx]{1,4}|[a-e])\b/y;
/** A choice that is itself several answers ("True, False"). */
const COMBINED_CHOICE = /^\(?[a-e][.)] [^\n,]{1,30}, [^\n,]{1,30}$/gm;
const FEWEST_COMBINED = 3;

/** What pasted material counts for: it seldom says what is asked. */
const MATERIAL_SHARE = 0.15;

/** Counts in a text what tells how hard it is to answer; looks at a bounded part of it. */
export function measure(text: string): Measures {
  const sample = sampleOf(text, LONGEST_READ);
  const plain = plainOf(sample);
  const material = materialIn(plain.text);
  const { start, from, to } = material;
  const asked = plain.text.length - start - (to - from);
  const unasked = start + to - from + text.length - sample.length;
  const code = hasCode(sample);
  return {
    length: asked + MATERIAL_SHARE * unasked + 2 * plain.dense,
    items: plain.items,
    formulas: code ? 0 : plain.formulas,
    parts: partsIn(plain) + (hasCombined(plain) ? 1 : 0),
    code,
    question: questionFormIn(plain),
    topics: countTopics(plain.phrases, material, MATERIAL_SHARE),
  };
}

function hasCombined({ text, choices }: Plain): boolean {
  return choices >= FEWEST_COMBINED && (text.match(COMBINED_CHOICE)?.length ?? 0) >= FEWEST_COMBINED;
}

/** How many different labelled parts there are. */
function partsIn({ text, phrases, hints }: Plain): number {
  if ((hints & HINT.part) === 0) return 0;
  const parts = new Set<string>();
  for (const finding of phrases) {
    const phrase = PHRASES[phraseIndex(finding)]!;
    if ((phrase.hints & HINT.part) === 0) continue;
    PART_LABEL.lastIndex = placeOf(finding) + phrase.words.length;
    const label = PART_LABEL.exec(text);
    if (label) parts.add(phrase.words + label[0]);
  }
  return parts.size;
}
