/** Members of entries, and what stands in them, as people read them. */
import { dollars } from '../../../policies/price.ts';
import { sayCount, sayMoment } from '../../app/words.ts';

/** Members whose own names say too little. */
const MEMBER_WORDS: ReadonlyMap<string, string> = new Map([
  ['digest', 'Fingerprint'],
  ['graph', 'Fingerprint of the drawing'],
  ['layout', 'Fingerprint of where things stand'],
  ['tests', 'Fingerprint of the tests'],
  ['restored', 'Version that it is again'],
  ['revision', 'Number of the draft'],
  ['nanoDollars', 'Cost'],
  ['csvDigest', 'Fingerprint of the table'],
  ['jsonDigest', 'Fingerprint of the full file'],
  ['usd', 'Dollars'],
  ['limits', 'Limits of its own'],
  ['codeRoles', 'Roles that need one-time codes'],
  ['discountBasisPoints', 'Discount in hundredths of a percent'],
  ['topUp', 'Added'],
  ['approvalRule', 'Rule for approval'],
  ['by', 'Only by'],
  ['id', 'Id'],
]);

/** "Live version" of `liveVersion`. */
function sayMember(name: string): string {
  const known = MEMBER_WORDS.get(name);
  if (known !== undefined) return known;
  const words = name.replace(/([a-z0-9])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1).replaceAll('_', ' ');
}

/** "Scope, 1" of a place in an object. */
export const sayPath = (path: readonly string[]): string =>
  path.length === 0
    ? 'Value'
    : path.map((part, i) => (i === 0 ? sayMember(part) : sayMember(part).toLowerCase())).join(', ');

/** From 2001 on: nothing else that entries keep is so large but money, which is told by its name. */
const FIRST_MOMENT = 1e12;
const MOMENTS = /At$|^(at|from|to|until|hour|effectiveFrom|madeAt)$/;
const SUM = /^(limit|spent|amount|nanoDollars|cost)$/;

/** What sums are counted in; null where that is not known. */
export type Unit = 'usd' | 'tokens' | null;

function saySum(sum: number, unit: Unit): string {
  if (unit === 'usd') return dollars(sum);
  return unit === 'tokens' ? `${sayCount(sum)} tokens` : sayCount(sum);
}

function sayRate(name: string, rate: number): string {
  if (name === 'aboveInputTokens') return `${sayCount(rate)} tokens`;
  return name === 'perRequest' ? dollars(rate) : `${dollars(rate)} for a million tokens`;
}

function sayNumber(path: readonly string[], name: string, value: number, unit: Unit): string {
  if (MOMENTS.test(name) && value >= FIRST_MOMENT) return sayMoment(value);
  if (path[0] === 'price') return sayRate(name, value);
  if (SUM.test(name) || path[0] === 'plan' || path[0] === 'limits') return saySum(value, unit);
  return Number.isInteger(value) ? sayCount(value) : String(value);
}

/** What stands in a member; `unit` is that of its sums. `nameOf` gives names by ids. */
export function sayValue(path: readonly string[], value: unknown, unit: Unit, nameOf: (id: unknown) => string): string {
  const name = path.findLast((part) => !/^\d+$/.test(part)) ?? '';
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return sayNumber(path, name, value, unit);
  if (typeof value === 'string') {
    // Sums that are too large for a number are kept as texts.
    if (SUM.test(name) && /^-?\d+$/.test(value)) return saySum(Number(value), unit);
    return nameOf(value);
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? 'nothing' : value.map((item: unknown) => sayValue(path, item, unit, nameOf)).join(', ');
  }
  return 'nothing';
}
