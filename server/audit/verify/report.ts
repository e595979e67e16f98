/** What a verification says: faults, each with its table and place, and remarks that prove nothing by themselves. */

export interface Finding {
  readonly table: string;
  /** Which row or log, in words. */
  readonly place: string;
  readonly why: string;
}

export interface Report {
  fault(table: string, place: string, why: string): void;
  remark(table: string, place: string, why: string): void;
}

/** A finding as one line for people. */
export const sayFinding = ({ table, place, why }: Finding): string => `${table}, ${place}: ${why}`;

/** A clock that was set may go back so far without a word: it is kept right by steps of less. */
export const CLOCK_STEP_MS = 1_000;

/** What is said where a later row has an earlier time. */
export const sayClock = (before: number, after: number): string =>
  `It says ${new Date(after).toISOString()}, and the one before it says ${new Date(before).toISOString()}: the clock was set back between the two.`;
