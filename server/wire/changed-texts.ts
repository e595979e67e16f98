/** Puts the texts of a run into the tree of a parsed body. */
import type { TextSlot } from '../../policies/request.ts';
import type { JsonObject } from './json-value.ts';

export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function at(container: object, key: string | number): unknown {
  return Reflect.get(container, key);
}

/** A copy of a tree in which only what was changed is new; the tree itself stays for the next attempt. */
export class TreeCopy {
  readonly root: Record<string, unknown>;
  readonly #owned = new Set<object>();

  constructor(tree: JsonObject) {
    this.root = { ...tree };
    this.#owned.add(this.root);
  }

  /** The container under `key`, copied so that it may be changed; null when there is none. */
  own(parent: object, key: string | number): object | null {
    const child = at(parent, key);
    if (!isContainer(child)) return null;
    if (this.#owned.has(child)) return child;
    const copy = Array.isArray(child) ? [...child] : { ...child };
    this.#owned.add(copy);
    Reflect.set(parent, key, copy);
    return copy;
  }

  set(path: TextSlot['path'], text: string): void {
    let container: object | null = this.root;
    for (let i = 0; i < path.length - 1 && container; i++) container = this.own(container, path[i]!);
    const last = path.at(-1);
    if (container && last !== undefined) Reflect.set(container, last, text);
  }
}

/** The text that stands there; a number as it is written. */
function textAt(tree: JsonObject, path: TextSlot['path']): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (!isContainer(value)) return undefined;
    value = at(value, key);
  }
  return typeof value === 'number' ? `${value}` : value;
}

/**
 * Top-level members that differ once the slots' texts stand in the body, and once `also` has changed the copy that it is
 * given; by name, as JSON. `tree` is the parsed body and is not changed.
 */
export function changedTexts(
  tree: JsonObject,
  slots: readonly TextSlot[],
  also: (copy: TreeCopy) => void,
): Map<string, string> {
  const copy = new TreeCopy(tree);
  for (const slot of slots) if (textAt(tree, slot.path) !== slot.text) copy.set(slot.path, slot.text);
  also(copy);
  const changed = new Map<string, string>();
  for (const name in copy.root) {
    if (copy.root[name] !== tree[name]) changed.set(name, JSON.stringify(copy.root[name]));
  }
  return changed;
}
