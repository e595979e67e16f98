import { hasCode, type QuestionForm, questionFormOf } from '../reading.ts';
import { fold, sampleOf } from '../sample.ts';
import { type Counts, countTopics } from './count.ts';

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

const SALUTATION =
  /^(?:hi|hello|hey|dear|good \w+|hallo|guten \w+|liebe[rs]?|hola|buen[oa]s \w+|bonjour|salut)\b[^\n]{0,30}\n+/;
const FENCED = /```[^`]*(?:```|$)/g;
/** Where what is asked ends: at an empty line, or at a colon; a list after it still belongs to what is asked. */
const MATERIAL_START =
  /(?:(?<!:)\n\n|:\n+(?![-*•(\d])|\b(?:text|article|essay|letter|e-?mail|message|passage|report|paragraph|document|transcript|review|artikel|aufsatz|brief|nachricht|bericht|absatz|dokument|texto|articulo|ensayo|carta|correo|mensaje|informe|parrafo|documento|texte|lettre|courriel|rapport|paragraphe|(?:to|into|ins|al) [a-z]+|(?:yes|ja|si|oui) (?:or|oder|o|ou) (?:no|nein|non)) ?:)/;
/** Where paragraphs do not tell what is asked, this many characters at the start and the end do. */
const HEAD = 400;
const TAIL = 400;
/** As much of the start as counts where a long text ends in a short paragraph: that is what is asked. */
const LEAD = 150;
/** What pasted material counts for: it seldom says what is asked. */
const MATERIAL_SHARE = 0.15;

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
  const prose = folded.replace(SALUTATION, '').replace(FENCED, '\n\n');
  const opening = prose.search(MATERIAL_START);
  if (opening === -1) return split(prose, HEAD, prose.length - TAIL);
  const long = opening > HEAD + TAIL;
  const last = prose.lastIndexOf('\n\n');
  const closes = prose.length - last <= TAIL && (long || last > opening);
  const from = long ? (closes ? LEAD : HEAD) : opening;
  return split(prose, from, closes ? last : prose.length);
}

function split(text: string, from: number, to: number): readonly [string, string] {
  return from < to ? [`${text.slice(0, from)}\n${text.slice(to)}`, text.slice(from, to)] : [text, ''];
}

/** Counts in a text what tells how hard it is to answer; looks at a bounded part of it. */
export function measure(text: string): Measures {
  const sample = sampleOf(text);
  const part = squeezed(sample);
  const folded = fold(part);
  const [asked, material] = askedAndMaterial(folded);
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
    topics: countTopics(asked, material, MATERIAL_SHARE),
  };
}
