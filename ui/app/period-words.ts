import type { Period } from '../api/periods.ts';

/** How long ago a request was sent at most. */
export const PERIOD_WORDS: Readonly<Record<Period, string>> = {
  hour: 'last hour',
  day: 'last 24 hours',
  week: 'last 7 days',
  month: 'last 30 days',
};
