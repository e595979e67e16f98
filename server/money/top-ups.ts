/** What was added to a budget's limit for one scope and one window only. */

export interface TopUp {
  readonly budget: string;
  readonly scope: string;
  /** Start of the window, milliseconds since 1970. */
  readonly window: number;
  /** In the budget's unit, above zero. */
  readonly amount: number;
}
