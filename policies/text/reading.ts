import { fold, sampleOf } from './sample.ts';

/** Forms that a question can have. */
export const QUESTION_FORMS = ['yes_no', 'multiple_choice', 'open', 'none'] as const;
export type QuestionForm = (typeof QUESTION_FORMS)[number];

const FENCE = /^[ \t]*(?:```|~~~)/m;
/** Without one of these a text holds no code. */
const CODE_SIGN = /[{}=;<>(]|#!|\bgit |^import |\bSELECT |^select /m;

/** Marks of program code; each one found counts once with its points, and two points make code. */
const CODE_MARKS: readonly (readonly [points: number, mark: RegExp])[] = [
  [1, /[;{}][ \t]*$/m],
  [1, /=>|&&|\|\||\+\+|[-+*/]=|[=!]==?/],
  [1, /\w\([^\n()]{0,80}\)[ \t]*(?:\{|;|:[ \t]*$)/m],
  [1, /\b[a-z_]\w*\.[a-z_]\w*\(/i],
  [1, /^[ \t]*[\w.[\]]+[ \t]*[-+*/]?=[ \t]*[^=\n]+$/m],
  [1, /^[ \t]*(?:import [\w.]+|return\b|if ?\(|if [^\n]{1,80}:$|for ?\(|for \w+ in |while\b|try[:{]|#!\/|\$ \w)/m],
  [1, /^[ \t]*git \w|\blet \w+ ?=|\b(?:print|len|range|str|int)\(/m],
  [
    2,
    /^[ \t]*(?:def|fn|func|function|async|export|public|private|static)\b[^\n]{1,80}(?:\w\([^\n]{0,80}\)(?: ?-> ?[^\n]{1,40})?:|\{)[ \t]*$/m,
  ],
  [2, /^[ \t]*(?:class|interface|struct|impl|enum) \w+(?:(?:\([^\n)]{0,80}\))?:|[^\n]{0,80}\{)[ \t]*$/m],
  [2, /^[ \t]*(?:#include[ \t]*[<"]|import\s[^\n]{0,80}\sfrom\s+['"]|from\s+[\w.]+\s+import\s|using\s+[\w.]+;)/m],
  [2, /\b(?:const|var)[ \t]+[\w{[][^=\n]{0,60}=[ \t]*\S/],
  [2, /\bSELECT\b[^;?!]{1,120}?\bFROM\s+[\w"`]|\b(?:INSERT INTO|CREATE TABLE|ALTER TABLE|DELETE FROM) [\w"`]/],
  [2, /^[ \t]*select\b[^;?!]{1,120}?\bfrom\s+[\w".`]+(?:;|[^?!]{0,60}?\b(?:where|join|group by|order by|limit)\b)/m],
  [2, /<\/[a-z][a-z0-9]{0,15}>|<\?php|<!doctype|\bconsole\.log\(|\bSystem\.out\.|\bprintf\(|\bfmt\.Print|\bstd::/i],
  [2, /=[A-Z]{2,20}\([^\n)]{0,80}[;,!:]/],
];

/** Whether a text contains program code: a fenced block, or the marks of a program, a query, a page or a formula. */
export function hasCode(text: string): boolean {
  const part = sampleOf(text);
  if (!CODE_SIGN.test(part)) return FENCE.test(part);
  if (FENCE.test(part)) return true;
  let points = 0;
  for (const [worth, mark] of CODE_MARKS) {
    if (mark.test(part)) points += worth;
    if (points >= 2) return true;
  }
  return false;
}

const OPTION_LINES = /^[ \t]*\(?a[).:][ \t]+[^\n]+\n+[ \t]*\(?b[).:][ \t]+\S/m;
const OPTIONS_INLINE = /(?:^|[\s:])\(?a\) ?[^\n)]{1,100}?[\s,;]\(?b\) ?\S/;
const NUMBERED_LINES = /^[ \t]*\(?1[).:][ \t]+[^\n]+\n+[ \t]*\(?2[).:][ \t]+\S/m;
const WHICH = /\b(?:which|welche[rsnm]?|cual(?:es)?|quel(?:le)?s?|lequel|laquelle)\b/;
const CHOICE =
  /\b(?:multiple[- ]choice|which (?:one )?of (?:the following|these)|(?:choose|pick|select) (?:one of|the (?:correct|right|best) (?:answer|option))|welche[rsn]? (?:der folgenden|von diesen|dieser)|cual(?:es)? de (?:est[ao]s|l[ao]s siguientes)|(?:laquelle|lequel) (?:de ces|des|parmi)|with (?:only )?(?:the|a|one) (?:single )?letter|nur (?:mit )?de[mn] buchstaben|solo (?:con )?la letra|uniquement (?:par )?la lettre)\b/;
const YES_OR_NO =
  /\b(?:yes(?: or |\/)no|true(?: or | ?\/ ?)false|right or wrong|ja(?: oder |\/)nein|(?:richtig|wahr) oder falsch|si(?: o |\/)no|verdadero o falso|oui(?: ou |\/)non|vrai ou faux)\b/;

/** How open questions start; English, German, Spanish and French, without accents. */
const OPEN_START =
  /^(?:(?:and|but|so|und|aber|y|pero|et|mais),? )?(?:(?:in|at|for|on|from|to|by|with|an|auf|aus|bei|mit|nach|seit|von|zu|um|fur|unter|a|en|de|con|por|para|desde|hasta|sobre|segun|avec|par|pour|depuis|sur|dans) )?(?:what|which|who|whom|whose|where|when|why|how|was(?! (?:it|he|she|this|that|there|the|my|your|a|an|i)\b)|welche[rsnm]?|wer|wen|wem|wessen|wo|woher|wohin|wann|warum|weshalb|wieso|wie|wieviel|wo(?:r?an|mit|fur|zu|rin|durch|von|rauf)|que|quien(?:es)?|cual(?:es)?|como|cuando|a?donde|cuant[oa]s?|qu['’]|qui|quoi|quel(?:le)?s?|lequel|laquelle|comment|pourquoi|combien|ou|quand)(?![a-z])/;
const YES_NO_START =
  /^(?:(?:and|but|so|und|aber|y|pero|et|mais),? )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|(?:is|are|was|were|do|does|did|has|ca|wo|would|should)n['’]t|ist|sind|war|waren|bin|bist|hat|habe|haben|hatte|kann|konnen|darf|durfen|muss|mussen|soll|sollten?|wird|werden|wurde|gibt|geht|stimmt|macht|gilt|passt|lohnt|braucht|brauche|enthalt|es|esta|estan|son|hay|tiene|tienen|puede|pueden|puedo|debe|debo|existe|han?|fue|era|est|sont|y a-t|a-t|ont|peut|peut-on|faut-il|dois-je|doit-on)(?![a-z])/;
/** "Could you …?" asks for something to be done, not for yes or no. */
const REQUEST_START =
  /^(?:(?:can|could|will|would) you|(?:can|could|may) (?:i|we) (?:get|have)|do you (?:know|have)|kannst du|konnen sie|konntest du|konnten sie|wurdest du|wurden sie|(?:me |nos )?(?:puedes|podrias?)|puede usted|pouvez-vous|pourriez-vous|peux-tu|pourrais-tu|tu peux|vous pouvez)\b/;
const ASKS_MORE =
  /\b(?:why|how|explain|justify|warum|weshalb|wieso|wie|begrund\w*|erklar\w*|por que|como|explica\w*|justifica\w*|pourquoi|comment|expliquez?|justifie\w*)\b/;
const LEADING = /^[^\p{L}]+/u;
const GREETING = /^(?:hi|hello|hey|hallo|hola|bonjour|salut|please|bitte|por favor)[^a-z]+/;
const SENTENCE_END = '.!?\n¿:';

const LONGEST_QUESTION = 300;
const MOST_QUESTIONS = 6;
/** Up to this length a text without a question mark may still be a question ("who painted guernica"). */
const SHORT = 120;

/**
 * The form of the question that a text asks: `yes_no`, `multiple_choice` (options, or a choice from a list), `open`,
 * or `none` when it asks nothing. Knows English, German, Spanish and French; else it goes by the question mark.
 */
export function questionFormOf(text: string): QuestionForm {
  const words = fold(sampleOf(text));
  if (YES_OR_NO.test(words)) return 'yes_no';
  if (offersChoice(words)) return 'multiple_choice';
  const questions = questionsOf(words);
  if (questions.length === 0) {
    const short = words.trim();
    return short.length > SHORT || /[.:!]$/.test(short) ? 'none' : formOf(opening(short), 'none');
  }
  if (ASKS_MORE.test(words)) return 'open';
  return questions.every((question) => formOfQuestion(question) === 'yes_no') ? 'yes_no' : 'open';
}

function offersChoice(words: string): boolean {
  if (OPTION_LINES.test(words) || OPTIONS_INLINE.test(words) || CHOICE.test(words)) return true;
  return NUMBERED_LINES.test(words) && WHICH.test(words);
}

/** The first questions of a text, each from where its sentence starts. */
function questionsOf(words: string): string[] {
  const questions: string[] = [];
  for (
    let end = words.indexOf('?');
    end !== -1 && questions.length < MOST_QUESTIONS;
    end = words.indexOf('?', end + 1)
  ) {
    let start = end;
    while (start > 0 && end - start < LONGEST_QUESTION && !SENTENCE_END.includes(words.charAt(start - 1))) start -= 1;
    // The sign that opens a Spanish question is kept: it tells that a verb may come first.
    if (words.charAt(start - 1) === '¿') start -= 1;
    questions.push(words.slice(start, end));
  }
  return questions;
}

function formOfQuestion(question: string): QuestionForm {
  const start = opening(question);
  const clause = opening(question.slice(question.lastIndexOf(',') + 1));
  const form = formOf(start, formOf(clause, 'none'));
  if (form !== 'none') return form;
  return question.startsWith('¿') ? 'yes_no' : 'open';
}

function formOf(start: string, otherwise: QuestionForm): QuestionForm {
  if (OPEN_START.test(start) || REQUEST_START.test(start)) return 'open';
  return YES_NO_START.test(start) ? 'yes_no' : otherwise;
}

function opening(sentence: string): string {
  return sentence.replace(LEADING, '').replace(GREETING, '');
}
