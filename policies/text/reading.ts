import { OPENING } from './letters.ts';
import { HINT } from './phrases.ts';
import { type Plain, plainOf } from './plain.ts';
import { sampleOf } from './sample.ts';

/** Forms that a question can have. */
export const QUESTION_FORMS = ['yes_no', 'multiple_choice', 'open', 'none'] as const;
export type QuestionForm = (typeof QUESTION_FORMS)[number];

const FENCE = /\n[ \t]*(?:```|~~~)/;
/** How lines of code start; a line of prose may, too. */
const LINE_START =
  /\n[ \t]*(?:import|return|if|for|while|try|#|\$|git|def|fn|func|async|export|public|private|static|class|interface|struct|impl|enum|from|using|select)/;

/** A mark of program code; each one found counts once with its points, and two points make code. */
interface CodeMark {
  readonly points: number;
  /** Without one of these in the text there is no need to look; `\n` stands for a line that starts as code does. */
  readonly needs: readonly string[];
  readonly mark: RegExp;
}

// Where a mark has one rare sign, the expression starts from that and looks back: most texts are then passed over fast.
const CODE_MARKS: readonly CodeMark[] = [
  { points: 1, needs: [';', '{', '}'], mark: /[;{}][ \t]*$/m },
  { points: 1, needs: ['=', '&&', '||', '++'], mark: /=>|&&|\|\||\+\+|[-+*/]=|[=!]==?/ },
  { points: 1, needs: ['('], mark: /\((?<=\w\()[^\n()]{0,80}\)[ \t]*(?:\{|;|:[ \t]*$)/m },
  { points: 1, needs: ['('], mark: /\((?<=\b[a-z_]\w*\.[a-z_]\w*\()/i },
  { points: 1, needs: ['='], mark: /\n[ \t]*[\w.[\]]+[ \t]*[-+*/]?=[ \t]*[^=\n]+$/m },
  {
    points: 1,
    needs: ['\n'],
    mark: /\n[ \t]*(?:import [\w.]+|return\b|if ?\(|if [^\n]{1,80}:$|for ?\(|for \w+ in |while\b|try[:{]|#!\/|\$ \w)/m,
  },
  {
    points: 1,
    needs: ['\n', '=', '('],
    mark: /\n[ \t]*git \w|=(?<=\blet \w+ ?=)|\((?<=\b(?:print|len|range|str|int)\()/,
  },
  {
    points: 2,
    needs: ['\n'],
    mark: /\n[ \t]*(?:def|fn|func|function|async|export|public|private|static)\b[^\n]{1,80}(?:\w\([^\n]{0,80}\)(?: ?-> ?[^\n]{1,40})?:|\{)[ \t]*$/m,
  },
  {
    points: 2,
    needs: ['\n'],
    mark: /\n[ \t]*(?:class|interface|struct|impl|enum) \w+(?:(?:\([^\n)]{0,80}\))?:|[^\n]{0,80}\{)[ \t]*$/m,
  },
  {
    points: 2,
    needs: ['\n'],
    mark: /\n[ \t]*(?:#include[ \t]*[<"]|import\s[^\n]{0,80}\sfrom\s+['"]|from\s+[\w.]+\s+import\s|using\s+[\w.]+;)/,
  },
  { points: 2, needs: ['='], mark: /\b(?:const|var)[ \t]+[\w{[][^=\n]{0,60}=[ \t]*\S/ },
  { points: 2, needs: ['SELECT'], mark: /SELECT(?<=\bSELECT)\b[^;?!]{1,120}?\bFROM\s+[\w"`]/ },
  {
    points: 2,
    needs: ['INSERT INTO', 'CREATE TABLE', 'ALTER TABLE', 'DELETE FROM'],
    mark: /\b(?:INSERT INTO|CREATE TABLE|ALTER TABLE|DELETE FROM) [\w"`]/,
  },
  {
    points: 2,
    needs: ['\n'],
    mark: /\n[ \t]*select\b[^;?!]{1,120}?\bfrom\s+[\w".`]+(?:;|[^?!]{0,60}?\b(?:where|join|group by|order by|limit)\b)/,
  },
  { points: 2, needs: ['<'], mark: /<(?:\/[a-z][a-z0-9]{0,15}>|\?php|!doctype)/i },
  { points: 2, needs: ['('], mark: /\((?<=\b(?:console\.log|printf)\()/i },
  { points: 2, needs: ['.out.', '.Print', '::'], mark: /\b(?:System\.out\.|fmt\.Print|std::)/ },
  { points: 2, needs: ['('], mark: /\((?<==[A-Z]{2,20}\()[^\n)]{0,80}[;,!:]/ },
];

/** More than is read otherwise: code may stand anywhere, and looking for its marks costs little. */
const LONGEST_READ_FOR_CODE = 6000;

/** Whether a text contains program code: a fenced block, or the marks of a program, a query, a page or a formula. */
export function hasCode(text: string): boolean {
  const lines = `\n${sampleOf(text, LONGEST_READ_FOR_CODE)}`;
  if ((lines.includes('```') || lines.includes('~~~')) && FENCE.test(lines)) return true;
  const startsAsCode = LINE_START.test(lines);
  let points = 0;
  for (const { points: worth, needs, mark } of CODE_MARKS) {
    if (!needs.some((sign) => (sign === '\n' ? startsAsCode : lines.includes(sign))) || !mark.test(lines)) continue;
    points += worth;
    if (points >= 2) return true;
  }
  return false;
}

const OPTIONS_INLINE = /(?:^|[\s:])\(?a\) ?[^\n)]{1,100}?[\s,;]\(?b\) ?\S/;
const SLASHED_YES_OR_NO = /\/(?<=\b(?:yes|true ?|ja|si|oui)\/)(?: ?false|no|nein|non)\b/;

/** How open questions start; English, German, Spanish and French, without accents. */
const OPEN_START =
  /^(?:(?:and|but|so|und|aber|y|pero|et|mais),? )?(?:(?:in|at|for|on|from|to|by|with|an|auf|aus|bei|mit|nach|seit|von|zu|um|fur|unter|a|en|de|con|por|para|desde|hasta|sobre|segun|avec|par|pour|depuis|sur|dans) )?(?:what|which|who|whom|whose|where|when|why|how|was(?! (?:it|he|she|this|that|there|the|my|your|a|an|i)\b)|welche[rsnm]?|wer|wen|wem|wessen|wo|woher|wohin|wann|warum|weshalb|wieso|wie|wieviel|wo(?:r?an|mit|fur|zu|rin|durch|von|rauf)|que|quien(?:es)?|cual(?:es)?|como|cuando|a?donde|cuant[oa]s?|qu'|qui|quoi|quel(?:le)?s?|lequel|laquelle|comment|pourquoi|combien|ou|quand)(?![a-z])/;
const YES_NO_START =
  /^(?:(?:and|but|so|und|aber|y|pero|et|mais),? )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|must|(?:is|are|was|were|do|does|did|has|ca|wo|would|should)n't|ist|sind|war|waren|bin|bist|hat|habe|haben|hatte|kann|konnen|darf|durfen|muss|mussen|soll|sollten?|wird|werden|wurde|gibt|geht|stimmt|macht|gilt|passt|lohnt|braucht|brauche|enthalt|es|esta|estan|son|hay|tiene|tienen|puede|pueden|puedo|debe|debo|existe|han?|fue|era|est|sont|y a-t|a-t|ont|peut|peut-on|faut-il|dois-je|doit-on)(?![a-z])/;
/** "Could you …?" asks for something to be done, not for yes or no. */
const REQUEST_START =
  /^(?:(?:can|could|will|would) you|(?:can|could|may) (?:i|we) (?:get|have)|do you (?:know|have)|kannst du|konnen sie|konntest du|konnten sie|wurdest du|wurden sie|(?:me |nos )?(?:puedes|podrias?)|puede usted|pouvez-vous|pourriez-vous|peux-tu|pourrais-tu|tu peux|vous pouvez)\b/;
const GREETING = /^(?:hi|hello|hey|hallo|hola|bonjour|salut|please|bitte|por favor)[^a-z]+/;
/** Up to this length a text without a question mark may still be a question ("who painted guernica"). */
const SHORT = 120;

/**
 * The form of the question that a text asks: `yes_no`, `multiple_choice` (options, or a choice from a list), `open`,
 * or `none` when it asks nothing. Knows English, German, Spanish and French; else it goes by the question mark.
 */
export function questionFormOf(text: string): QuestionForm {
  return questionFormIn(plainOf(text));
}

/** The form of the question in a text that has been read. */
export function questionFormIn(plain: Plain): QuestionForm {
  const { text, hints, questions } = plain;
  if ((hints & HINT.yesOrNo) !== 0 || (text.includes('/') && SLASHED_YES_OR_NO.test(text))) return 'yes_no';
  if (offersChoice(plain)) return 'multiple_choice';
  if (questions.length === 0) {
    return text.length > SHORT || /[.:!]$/.test(text) ? 'none' : formOf(opening(text), 'none');
  }
  if ((hints & HINT.more) !== 0) return 'open';
  for (let i = 0; i < questions.length; i += 2) {
    if (formOfQuestion(text.slice(questions[i], questions[i + 1])) !== 'yes_no') return 'open';
  }
  return 'yes_no';
}

function offersChoice({ text, hints, lettered, numbered }: Plain): boolean {
  if (lettered || (hints & HINT.choice) !== 0) return true;
  if (text.includes('a)') && text.includes('b)') && OPTIONS_INLINE.test(text)) return true;
  return numbered && (hints & HINT.which) !== 0;
}

function formOfQuestion(question: string): QuestionForm {
  const opened = question.charCodeAt(0) === OPENING;
  const comma = question.lastIndexOf(',');
  const form = formOf(opening(question), comma === -1 ? 'none' : formOf(opening(question.slice(comma + 1)), 'none'));
  if (form !== 'none') return form;
  return opened ? 'yes_no' : 'open';
}

function formOf(start: string, otherwise: QuestionForm): QuestionForm {
  if (OPEN_START.test(start) || REQUEST_START.test(start)) return 'open';
  return YES_NO_START.test(start) ? 'yes_no' : otherwise;
}

/** A sentence from its first letter on, without a greeting. */
function opening(sentence: string): string {
  return sentence.slice(Math.max(0, sentence.search(/[a-z]/))).replace(GREETING, '');
}
