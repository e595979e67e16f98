import { hasCode, type QuestionForm, questionFormOf } from '../reading.ts';
import { fold, sampleOf } from '../sample.ts';
import { addCounts, type Counts } from './count.ts';

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

const DENSE = /[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;
const ITEM = /^[ \t]*(?:[-*•]|\(?\d{1,2}[.)])[ \t]+\S/gm;
const FORMULA = /[=^√∫∑∞≤≥≠±∈→∨∧⊃≡∀∃]|\\[a-z]{2,}|\b[a-z]\([a-z]\)|\d ?[+*/×-] ?\d|\b\d?x\b/g;
const PART =
  /\b(?:statement|scenario|case|part|source|passage|argument|premise|claim|answer|response|option|aussage|szenario|fall|teil|quelle|antwort|zusammenfassung|afirmacion|escenario|caso|parte|fuente|texto|respuesta|enonce|cas|partie|texte|reponse) (?:\d{1,2}|[ivx]{1,4}|[a-e])\b/g;
/** A choice that is itself several answers ("True, False"). */
const COMBINED_CHOICE = /^[ \t]*\(?[a-e][.)] [^\n,]{1,30}, [^\n,]{1,30}$/gm;

const FENCED = /```[^`]*(?:```|$)/g;
const LONGEST_CLOSING = 400;
/** What pasted material counts for: it seldom says what is asked. */
const MATERIAL_SHARE = 0.3;

function times(text: string, sign: RegExp): number {
  return text.match(sign)?.length ?? 0;
}

/** The text with at most one space and one empty line in a row: white space says nothing of how hard it is. */
function squeezed(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** What is asked, as far as paragraphs tell, and the material that it is asked about. */
function askedAndMaterial(folded: string): readonly [string, string] {
  const prose = folded.replace(FENCED, '\n\n');
  const first = prose.indexOf('\n\n');
  if (first === -1) return [prose, ''];
  const last = prose.lastIndexOf('\n\n');
  if (last === first || prose.length - last > LONGEST_CLOSING) return [prose.slice(0, first), prose.slice(first)];
  return [prose.slice(0, first) + prose.slice(last), prose.slice(first, last)];
}

/** Counts in a text what tells how hard it is to answer; looks at a bounded part of it. */
export function measure(text: string): Measures {
  const sample = sampleOf(text);
  const part = squeezed(sample);
  const folded = fold(part);
  const topics: Counts = {
    reasoning: 0,
    explaining: 0,
    making: 0,
    small: 0,
    steps: 0,
    limits: 0,
    mathematics: 0,
    field: 0,
    grading: 0,
    cause: 0,
    quantities: 0,
  };
  const [asked, material] = askedAndMaterial(folded);
  addCounts(topics, asked, 1);
  if (material !== '') addCounts(topics, material, MATERIAL_SHARE);
  const unasked = Math.max(0, part.length - asked.length) + (text.length - sample.length);
  const code = hasCode(part);
  const combined = times(folded, COMBINED_CHOICE);
  return {
    length: asked.length + MATERIAL_SHARE * unasked + 2 * times(part, DENSE),
    items: times(part, ITEM),
    formulas: code ? 0 : times(folded, FORMULA),
    parts: new Set(folded.match(PART)).size + (combined >= 3 ? 1 : 0),
    code,
    question: questionFormOf(part),
    topics,
  };
}
