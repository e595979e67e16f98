/** Choices of a filter. */

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The choices, with the one that is chosen among them even if it is not known, or not yet. */
export function withValue(choices: readonly Choice[], value: string | undefined, label: string): Choice[] {
  const isKnown = value === undefined || choices.some((choice) => choice.value === value);
  return isKnown ? [...choices] : [{ value, label }, ...choices];
}
