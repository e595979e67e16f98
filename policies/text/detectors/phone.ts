import { isValidPhoneNumber } from 'libphonenumber-js/min';
import { type Detector, isWordUnit, type Span } from './detector.ts';
import { isWideSeparator } from './features.ts';

/** ITU-T E.164: at most fifteen digits; fewer than seven are never dialled from elsewhere. */
const LEAST_DIGITS = 7;
const MOST_DIGITS = 15;

/** Words after which a number is somebody's, and verbs after which it may be. */
const NAMED =
  /(?<![\p{L}\p{N}])(?:(?:tele)?phone|ph|tel|mobile|cell(?:phone)?|fax|whatsapp|hotline|landline|telefon|telefax|handy|mobil|durchwahl|rufnummer|t[ée]l[ée]phone|t[ée]l|portable|tel[ée]fono?|m[óo]vil|celular|telefone|telem[óo]vel|cellulare|telefoon|mobiel|телефон|тел|電話|电话)(?:[ -]?(?:number|numbers|no|nr|num|nummer|is|ist|est|es|número))*[.:#)"'=\s-]{0,5}[(]?$/iu;
const CALLED =
  /(?<![\p{L}\p{N}])(?:call(?:ing|back)?(?: (?:me|us|him|her|them|back|at|on|to|the|now|up)){0,4}|dial|ring(?: (?:me|us|\p{L}+ \p{L}+ \p{L}+))?(?: on| at)?|text(?: me| us| him| her)|sms|(?:reach|contact)(?: (?:me|us|him|her|them))(?: (?:at|on|under|via))?|(?:my|your|his|her|our|their|registered|contact|meine|seine|ihre|mon|mi|tu|su|il mio|mijn) (?:\p{L}+ )?(?:phone|mobile|cell|tel|number|nummer|num[eé]ro|número)|anruf\w*|erreich\w*|ruf\w*|appel\w*|joindre|joignable|ll[aá]m\w*|chiam\w*|bel(?:len)?(?: mij)?|ligue|zadzwo\S*)(?!\p{L})[^0-9=]{0,16}$/iu;

/** Countries whose national form starts with 0, and some whose does not; the most likely first. */
const WITH_ZERO = [
  'DE',
  'GB',
  'FR',
  'IT',
  'NL',
  'AT',
  'CH',
  'BE',
  'SE',
  'AU',
  'JP',
  'IN',
  'ZA',
  'TR',
  'BR',
  'PH',
] as const;
const WITHOUT_ZERO = ['US', 'ES', 'PT', 'PL', 'IT', 'DK', 'NO', 'CZ', 'GR', 'BR', 'MX', 'IN', 'SG'] as const;
type Country = (typeof WITH_ZERO)[number] | (typeof WITHOUT_ZERO)[number];

/** Lengths of the groups of digits and what stands between, as `3-3-4`: shapes that need no word before them. */
const US_SHAPE = /^(?:1[-. ])?\(?3[)]?[-. ]{1,2}3[-. ]4$/;
const PAIRS_SHAPE = /^2([-. ])2\1(?:2\1){2}2$/;
const ES_SHAPE = /^(?:3 2 2 2|2 3 2 2)$/;
/** A trunk code of two digits or more, then few groups, none of a single digit. */
const ZERO_SHAPE = /^\(?[2-6]\)?[-/. ]{1,3}[2-9](?:[- /.][2-9]){0,3}$/;
/** Shapes of other numbers: amounts in thousands, decimals side by side, dates. */
const THOUSANDS = /^[1-3](?:[ .]3)+$/;
const DECIMALS = /\.[^.]*[/()-].*\./;
const DATE = /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?:[ -]\d{1,2}(?:\.\d\d)?)?$/;
const AFTER_CURRENCY = /[$€£¥#=_@%*^]\s?$/;
const EXTENSION = /\s?(?:,\s)?(?:ext(?:ension)?\.?|x|durchwahl|poste)\s?\d{1,5}(?!\w)/iy;

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;
const isSeparator = (unit: number): boolean =>
  unit === 0x20 ||
  unit === 0x2d ||
  unit === 0x2e ||
  unit === 0x28 ||
  unit === 0x29 ||
  unit === 0x2f ||
  isWideSeparator(unit);

/** Where the stretch that begins at `start` ends: after its last digit. */
function stretchEnd(text: string, start: number): number {
  let end = start;
  let gap = 0;
  for (let i = start; i < text.length && gap <= 3; i++) {
    const unit = text.charCodeAt(i);
    if (isDigit(unit)) {
      end = i + 1;
      gap = 0;
    } else if (i === start || isSeparator(unit) || (unit === 0x2b && text[i - 1] === '(')) gap++;
    else break;
  }
  return end;
}

/** Asks the library, at most so often for one text: a call takes tens of microseconds. */
class Validator {
  #left: number;
  constructor(length: number) {
    this.#left = 50 + Math.floor(length / 500);
  }
  /** Once the calls are used up, what has the right shape passes: hiding too much is the safer error. */
  valid(number: string, countries?: readonly Country[]): boolean {
    if (countries === undefined) return this.#left-- <= 0 || isValidPhoneNumber(number);
    return countries.some((country) => this.#left-- <= 0 || isValidPhoneNumber(number, country));
  }
}

/** Digits that follow a space: the number goes on, or a list does. */
const GOES_ON = /^[ .-]\d/;

/** Whether what stands between two places is a number to dial; `inner` when other digits stand before it. */
function isPhone(source: string, start: number, end: number, inner: boolean, validator: Validator): boolean {
  let count = 0;
  for (let i = start; i < end; i++) if (isDigit(source.charCodeAt(i))) count++;
  if (count < LEAST_DIGITS || count > MOST_DIGITS) return false;
  const text = source
    .slice(start, end)
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[^\x20-\x7f]/g, ' ');
  const digits = text.replace(/[^0-9]/g, '');
  if (DATE.test(text) || /^(\d)\1+$/.test(digits)) return false;
  const before = source.slice(Math.max(0, start - 48), start);
  if (text.startsWith('+') || text.startsWith('(+')) return validator.valid(`+${digits}`) || NAMED.test(before);
  const shape = text.replace(/[0-9]+/g, (group) => String(group.length));
  const grouped = text.length > count && !/^\d+\.\d+$/.test(text);
  if (grouped && digits.startsWith('00') && digits[2] !== '0') return validator.valid(`+${digits.slice(2)}`);
  if (inner) return US_SHAPE.test(shape) && validator.valid(digits, ['US']);
  if (!grouped && count > MOST_DIGITS - 2) return false;
  if (NAMED.test(before)) return true;
  if (AFTER_CURRENCY.test(before) || DECIMALS.test(text)) return false;
  if (CALLED.test(before)) {
    if (grouped) return !THOUSANDS.test(shape) || /^[6-9]\d\d.\d{3}.\d{3}$/.test(text);
    return validator.valid(digits, digits.startsWith('0') ? WITH_ZERO : WITHOUT_ZERO);
  }
  if (!grouped) return false;
  if (US_SHAPE.test(shape)) return validator.valid(digits, ['US']);
  if (GOES_ON.test(source.slice(end, end + 2))) return false;
  if (PAIRS_SHAPE.test(shape)) return /^0[1-9]/.test(digits);
  if (ES_SHAPE.test(shape)) return /^[6-9]/.test(digits) && validator.valid(digits, ['ES']);
  return count >= 9 && /^\(?0\d/.test(text) && ZERO_SHAPE.test(shape) && validator.valid(digits, WITH_ZERO);
}

/** What a number that follows other digits begins with: the signs of an international one, or the US shape. */
const INNER = /\(?\+|00[1-9]|(?:1[-. ])?\(?\d{3}\)?[-. ]{1,2}\d{3}[-. ]\d{4}/y;

/** The parts of a stretch between spaces, tried as windows when the whole is no number; so many parts at most. */
const MOST_PARTS = 6;

function findIn(text: string, start: number, end: number, validator: Validator): Span[] {
  if (isPhone(text, start, end, false, validator)) return [{ start, end }];
  const parts: Span[] = [];
  for (const part of text.slice(start, end).matchAll(/[^\s\u00a0\u202f]+/g)) {
    const last = part[0].replace(/[^0-9]{1,3}$/, '').length;
    if (last > 0) parts.push({ start: start + part.index, end: start + part.index + last });
  }
  const found: Span[] = [];
  if (parts.length < 2) return found;
  for (let first = 0; first < parts.length; first++) {
    INNER.lastIndex = parts[first]!.start;
    if (first > 0 && !INNER.test(text)) continue;
    for (let count = Math.min(MOST_PARTS, parts.length - first); count > 0; count--) {
      const from = parts[first]!.start;
      const to = parts[first + count - 1]!.end;
      if ((first === 0 && count === parts.length) || !isPhone(text, from, to, first > 0, validator)) continue;
      found.push({ start: from, end: to });
      first += count - 1;
      break;
    }
  }
  return found;
}

export const phone: Detector = {
  name: 'phone',
  label: 'Phone number',
  mask: '[phone]',
  certainty: 0.6,
  may: (features) => features.digitCluster >= LEAST_DIGITS,
  find(text) {
    const found: Span[] = [];
    const validator = new Validator(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (!isDigit(unit) && unit !== 0x2b && unit !== 0x28) continue;
      const end = stretchEnd(text, i);
      if (end <= i) continue;
      const previous = text.charCodeAt(i - 1);
      // Part of a word, a decimal number or an identifier such as ORD-415-555-0123 or /v1/0123.
      const inside =
        isWordUnit(previous) ||
        ((previous === 0x2d || previous === 0x2e || previous === 0x2f || previous === 0x2c) &&
          isWordUnit(text.charCodeAt(i - 2)));
      const next = text.charCodeAt(end);
      const goesOn =
        (isWordUnit(next) && !/^x\d/i.test(text.slice(end, end + 2))) ||
        next === 0x25 ||
        ((next === 0x2d || next === 0x3a || next === 0x2c || next === 0x5f) && isWordUnit(text.charCodeAt(end + 1)));
      if (!inside && !goesOn && end - i >= LEAST_DIGITS) {
        for (const span of findIn(text, i, end, validator)) {
          EXTENSION.lastIndex = span.end;
          const extension = EXTENSION.exec(text);
          found.push(extension ? { start: span.start, end: span.end + extension[0].length } : span);
        }
      }
      i = end - 1;
    }
    return found;
  },
};
