/** What an entry changed, member by member. */

interface Difference {
  /** From the outermost member inwards; items of lists by their number, from 1. */
  readonly path: readonly string[];
  /** What was there; undefined where there was nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

interface Compared {
  readonly changed: readonly Difference[];
  /** How many members are the same before and after. */
  readonly same: number;
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** All that stands in a value: single values, and lists of single values as one. */
function leavesOf(value: unknown, path: readonly string[] = []): Leaf[] {
  if (isPlain(value) || (Array.isArray(value) && value.every(isPlain))) return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item: unknown, i) => leavesOf(item, [...path, String(i + 1)]));
  const members = Object.entries(value ?? {});
  return members.length === 0
    ? [{ path, value }]
    : members.flatMap(([name, member]) => leavesOf(member, [...path, name]));
}

/** The members that differ, in the order of what is there after; `before` or `after` is null where there was nothing. */
export function compare(before: unknown, after: unknown): Compared {
  const told = (value: unknown): Leaf[] => (value === null || value === undefined ? [] : leavesOf(value));
  const [old, now] = [told(before), told(after)].map(
    (leaves) => new Map(leaves.map((leaf) => [JSON.stringify(leaf.path), leaf])),
  );
  const keys = new Set([...(now?.keys() ?? []), ...(old?.keys() ?? [])]);
  const changed: Difference[] = [];
  for (const key of keys) {
    const [was, is] = [old?.get(key), now?.get(key)];
    if (was && is && JSON.stringify(was.value) === JSON.stringify(is.value)) continue;
    changed.push({ path: (is ?? was)?.path ?? [], before: was?.value, after: is?.value });
  }
  return { changed, same: keys.size - changed.length };
}
