/** What an address asks to be reviewed, as the questions to the gateway have it. */
import type { ChangesFilter } from '../../api/audit-desk.ts';
import type { ReviewedShown } from '../../app/addresses.ts';

export const filterOf = ({ who, policy, kind, flag }: ReviewedShown): ChangesFilter => ({
  actor: who,
  policy,
  kind,
  flag,
});

/** Tells a time from others in the cache. */
export const spanKeyOf = ({ last, from, to }: Pick<ReviewedShown, 'last' | 'from' | 'to'>): string =>
  `${last} ${from} ${to}`;
