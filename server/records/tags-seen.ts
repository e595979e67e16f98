/** Which tags requests carry, for lists to choose from. */
import type { RequestRecord } from './record.ts';

/** How many of the newest requests are looked at. */
export const REQUESTS_SEEN = 2000;
const NAMES = 100;
const VALUES = 50;

/** The most frequent names, and of each the most frequent values first. */
export function mostFrequentTags(requests: readonly RequestRecord['tags'][]): Record<string, string[]> {
  const counts = new Map<string, Map<string, number>>();
  for (const tags of requests) {
    for (const [name, { value }] of Object.entries(tags)) {
      const values = counts.get(name) ?? new Map<string, number>();
      values.set(value, (values.get(value) ?? 0) + 1);
      counts.set(name, values);
    }
  }
  const total = (values: ReadonlyMap<string, number>): number => [...values.values()].reduce((sum, n) => sum + n, 0);
  const names = [...counts].sort(([, a], [, b]) => total(b) - total(a)).slice(0, NAMES);
  return Object.fromEntries(
    names.map(([name, values]) => [
      name,
      [...values]
        .sort(([, a], [, b]) => b - a)
        .slice(0, VALUES)
        .map(([value]) => value),
    ]),
  );
}
