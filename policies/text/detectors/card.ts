import { type Detector, isWordUnit, precededBy, type Span } from './detector.ts';

/** Whether the last digit is right by Luhn's formula (ISO/IEC 7812-1). */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = digits.charCodeAt(i) - 0x30;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** First digits and lengths that the networks publish; random numbers that pass Luhn by chance mostly fail here. */
const NETWORKS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^(?:30[0-5]|309|36|38|39)/, [14, 16, 19]], // Diners Club
  [/^(?:6011|64[4-9]|65)/, [16, 19]], // Discover
  [/^35(?:2[89]|[3-8])/, [16, 19]], // JCB
  [/^(?:2131|1800)/, [15]], // JCB, older
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:50|5[6-8]|6304|6390|67|0604)/, [12, 13, 14, 15, 16, 17, 18, 19]], // Maestro
  [/^220[0-4]/, [16, 19]], // Mir
];

/** Whether these digits can be the number of a payment card: known first digits, a length of theirs, and Luhn. */
function isCardNumber(digits: string): boolean {
  const known = NETWORKS.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits));
  return known && !/^(\d)\1+$/.test(digits) && passesLuhn(digits);
}

/** After such words any number that passes Luhn is taken for a card's, also of a network that is not in the table. */
const NAMED =
  /(?<!\p{L})(?:cards?|credit|debit|cc|visa|mastercard|amex|karten?|kreditkarten?|kartennummer|carte|tarjeta|carta|cart[ãa]o|kaart|karta|карт[аы])(?!\p{L})[^0-9]{0,24}$/iu;

/** How card numbers are printed: groups of four with a shorter last one, or the groups of Amex, Diners and Maestro. */
const LAYOUTS: readonly (readonly number[])[] = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
  [4, 4, 4, 1],
  [4, 4, 5],
  [8, 8],
];

const isSeparator = (unit: number): boolean =>
  unit === 0x20 || unit === 0x2d || unit === 0xa0 || unit === 0x202f || unit === 0x2011;

interface Group extends Span {
  /** True when one separator stands between this group and the one before. */
  readonly joined: boolean;
}

function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  let end = -2;
  for (const match of text.matchAll(/[0-9]+/g)) {
    const start = match.index;
    groups.push({
      start,
      end: start + match[0].length,
      joined: start === end + 1 && isSeparator(text.charCodeAt(end)),
    });
    end = start + match[0].length;
  }
  return groups;
}

/** Not a part of a word, a decimal number or an identifier with hyphens. */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (isWordUnit(before) || isWordUnit(after)) return false;
  if ((before === 0x2e || before === 0x2c) && /[0-9]/.test(text[start - 2] ?? '')) return false;
  if ((after === 0x2e || after === 0x2c) && /[0-9]/.test(text[end + 1] ?? '')) return false;
  if (before === 0x2d && isWordUnit(text.charCodeAt(start - 2))) return false;
  return !(after === 0x2d && isWordUnit(text.charCodeAt(end + 1)));
}

function isCardAt(text: string, group: Group): boolean {
  const digits = text.slice(group.start, group.end);
  if (!standsAlone(text, group.start, group.end) || !passesLuhn(digits)) return false;
  return isCardNumber(digits) || precededBy(text, group.start, NAMED, 40);
}

function layoutAt(text: string, groups: readonly Group[], first: number): number {
  for (const layout of LAYOUTS) {
    let digits = '';
    const fits = layout.every((length, k) => {
      const group = groups[first + k];
      if (!group || group.end - group.start !== length || (k > 0 && !group.joined)) return false;
      digits += text.slice(group.start, group.end);
      return true;
    });
    if (fits && isCardNumber(digits)) return layout.length;
  }
  return 0;
}

export const card: Detector = {
  name: 'card',
  label: 'Payment card number',
  mask: '[card]',
  certainty: 0.9,
  may: (features) => features.digitCluster >= 12,
  find(text) {
    const found: Span[] = [];
    const groups = groupsOf(text);
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i]!;
      const length = group.end - group.start;
      if (length >= 12 && length <= 19) {
        if (isCardAt(text, group)) {
          found.push({ start: group.start, end: group.end });
        }
      } else if (length === 4 || length === 8) {
        const taken = layoutAt(text, groups, i);
        if (taken === 0) continue;
        const end = groups[i + taken - 1]!.end;
        if (isWordUnit(text.charCodeAt(group.start - 1)) || isWordUnit(text.charCodeAt(end))) continue;
        found.push({ start: group.start, end });
        i += taken - 1;
      }
    }
    return found;
  },
};
