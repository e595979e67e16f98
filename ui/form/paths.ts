/** Places in settings, and changing what is at one of them. */

export type Path = readonly (string | number)[];

/** A place as the check writes it: "cases.0.when". */
export const sayPath = (path: Path): string => path.join('.');

export const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((part, i) => part === b[i]);

/** The same value with another one at a place; undefined takes the place away. What is beside it stays the same object. */
export function setAt(value: unknown, path: Path, next: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return next;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return list.map((one, i) => (i === first ? setAt(one, rest, next) : one));
  }
  const group = typeof value === 'object' && value !== null ? value : {};
  const entries: [string, unknown][] = Object.entries(group);
  const at = entries.findIndex(([name]) => name === first);
  const changed = setAt(at === -1 ? undefined : entries[at]?.[1], rest, next);
  if (changed === undefined) return Object.fromEntries(entries.filter(([name]) => name !== first));
  if (at === -1) return Object.fromEntries([...entries, [String(first), changed]]);
  return Object.fromEntries(entries.map(([name, one]) => [name, name === first ? changed : one]));
}

/** A list with one item at another place; the same list where there is no such place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return list;
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}
