/**
 * How far figures of a sample may be from the truth: intervals that hold the true value 95 times in 100. Wilson's for
 * shares, the normal distribution's for means, and those of ranks for quantiles, which take nothing for granted.
 */

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Wilson's interval of a share, after `count` of `total` (at least 1); E. B. Wilson, 1927, without correction for continuity. */
export function shareInterval(count: number, total: number): Interval {
  const share = count / total;
  const spread = Z ** 2 / total;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / total + spread / (4 * total));
  // Rounding may leave a trace where the end is exactly that of all shares.
  return { low: count === 0 ? 0 : Math.max(0, middle - half), high: count === total ? 1 : Math.min(1, middle + half) };
}

/** The interval of a mean by the spread of its values; null for fewer than two, of which no spread is known. */
export function meanInterval(values: readonly number[]): (Interval & { readonly mean: number }) | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = Z * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

/** The interval of a mean of scores from -1 to 1 of which nothing else is known: by the widest spread that such scores have. */
export function scoreInterval(mean: number, count: number): Interval {
  const half = Z * Math.sqrt(Math.max(0, 1 - mean ** 2) / count);
  return { low: Math.max(-1, mean - half), high: Math.min(1, mean + half) };
}

/**
 * A quantile (0.5 for the median) of values in rising order, at least one. Its interval lies between two of them whose ranks
 * the normal distribution gives; an end is null where there are too few values to tell it.
 */
export function quantile(
  sorted: readonly number[],
  share: number,
): { readonly value: number; readonly low: number | null; readonly high: number | null } {
  const { length } = sorted;
  const at = (rank: number): number | null => sorted[rank - 1] ?? null;
  const half = Z * Math.sqrt(length * share * (1 - share));
  const value = at(Math.max(1, Math.ceil(length * share))) ?? Number.NaN;
  return { value, low: at(Math.floor(length * share - half)), high: at(Math.ceil(length * share + half) + 1) };
}
