/** The time of which an address shows entries, and how it is said. */
import type { Span } from '../../api/audit.ts';
import { PERIOD_MS } from '../../api/periods.ts';
import type { AuditShown } from '../../app/addresses.ts';
import { PERIOD_WORDS } from '../../app/period-words.ts';
import { sayMoment } from '../../app/words.ts';

type AuditPeriod = NonNullable<AuditShown['last']>;

export const AUDIT_PERIOD_WORDS: Readonly<Record<AuditPeriod, string>> = { ...PERIOD_WORDS, any: 'any time' };

type ShownTime = Pick<AuditShown, 'last' | 'from' | 'to'>;

export const isOwnTime = ({ from, to }: ShownTime): boolean => from !== undefined || to !== undefined;

/** The time in milliseconds since 1970: that of one's own, or up to `now`; the last 30 days where nothing is said. */
export function spanOf({ last = 'month', from, to }: ShownTime, now: number): Span {
  if (isOwnTime({ from, to })) return { from, to };
  return { from: last === 'any' ? undefined : now - PERIOD_MS[last], to: undefined };
}

/** "last 30 days", "from 1 Nov 2026, 00:00:00 until now". */
export function sayShownTime({ last = 'month', from, to }: ShownTime): string {
  if (!isOwnTime({ from, to })) return AUDIT_PERIOD_WORDS[last];
  const start = from === undefined ? 'from the beginning' : `from ${sayMoment(from)}`;
  return `${start} until ${to === undefined ? 'now' : sayMoment(to)}`;
}
