/** Time up to now, by the milliseconds that it is long. */
export const PERIOD_MS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const;
export type Period = keyof typeof PERIOD_MS;

/** The shortest first. */
export const PERIODS: readonly Period[] = ['hour', 'day', 'week', 'month'];
