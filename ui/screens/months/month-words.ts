/** Months and sums as the pages of months write them. */
import { dollars } from '../../../policies/price.ts';
import type { MonthSummary } from '../../api/months.ts';

const NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "October 2026" of `2026-10`; the text itself where it is no month. */
export function sayMonth(month: string): string {
  const at = Date.parse(`${month}-01T00:00:00Z`);
  return Number.isNaN(at) ? month : NAME.format(at);
}

const MONEY = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const A_CENT = 10_000_000n;

/** Nano-dollars as people read them: "$1,234.50", "-$0.000123". The files have every digit. */
export function sayMoney(nano: bigint): string {
  const size = nano < 0n ? -nano : nano;
  return size > 0n && size < A_CENT ? dollars(Number(nano)) : MONEY.format(Number(nano) / 1e9);
}

const COUNT = new Intl.NumberFormat('en-US');

/** "12,345" of a whole number of any size. */
export const sayWhole = (count: bigint): string => COUNT.format(count);

/** "+$0.30", "-12", "0": how much more ours is than theirs. */
export const saySigned = (amount: bigint, say: (amount: bigint) => string): string =>
  amount > 0n ? `+${say(amount)}` : say(amount);

export type MonthState = 'running' | 'open' | 'closed';

export const stateOf = ({ closed, ended }: Pick<MonthSummary, 'closed' | 'ended'>): MonthState =>
  closed ? 'closed' : ended ? 'open' : 'running';

/** What a team without a name is called: that of projects which are not known any more. */
export const sayTeam = (team: string): string => (team === '' ? 'no team' : team);
