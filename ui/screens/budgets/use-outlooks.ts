import { useQuery } from '@tanstack/react-query';
import type { StoredBudget } from '../../api/budgets.ts';
import { forecastsQuery } from '../../api/burn-down.ts';

/** When a scope is expected to run out before its window ends. */
export interface Outlook {
  /** Milliseconds since 1970. */
  readonly runsOutAt: number;
  readonly words: string;
}

export interface Outlooks {
  /** Null where it lasts, or where nobody can tell. */
  of(budget: StoredBudget, scope: string): Outlook | null;
}

/** What is expected of all budgets; nothing while it is loaded, and where it cannot be told. */
export function useOutlooks(): Outlooks {
  const forecasts = useQuery(forecastsQuery);
  const byScope = new Map(forecasts.data?.map((one) => [`${one.budget} ${one.scope}`, one]));
  return {
    of: ({ id, timeZone }, scope) => {
      const runsOutAt = byScope.get(`${id} ${scope}`)?.runsOutAt ?? null;
      if (runsOutAt === null) return null;
      const at = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone });
      return { runsOutAt, words: `Expected to run out about ${at.format(runsOutAt)}.` };
    },
  };
}
