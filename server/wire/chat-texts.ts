/** Puts the texts of a run, and instructions of a policy, into the tree of a chat body. */
import type { TextSlot } from '../../policies/request.ts';
import type { JsonObject } from './json-value.ts';

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function at(container: object, key: string | number): unknown {
  return Reflect.get(container, key);
}

/** A copy of a tree in which only what was changed is new; the tree itself stays for the next attempt. */
class Copy {
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

function textAt(tree: JsonObject, path: TextSlot['path']): unknown {
  let value: unknown = tree;
  for (const key of path) {
    if (!isContainer(value)) return undefined;
    value = at(value, key);
  }
  return value;
}

/** Adds to the app's own leading instructions, since many chat templates take only one message of that kind. */
function instruct(copy: Copy, text: string): void {
  const messages = copy.own(copy.root, 'messages');
  if (!Array.isArray(messages)) return;
  const first: unknown = messages[0];
  const role = isContainer(first) ? at(first, 'role') : undefined;
  const message = role === 'system' || role === 'developer' ? copy.own(messages, 0) : null;
  const content = message ? at(message, 'content') : undefined;
  if (message && typeof content === 'string') Reflect.set(message, 'content', `${content}\n\n${text}`);
  else if (message && Array.isArray(content)) Reflect.set(message, 'content', [...content, { type: 'text', text }]);
  else messages.unshift({ role: 'system', content: text });
}

/** Top-level members that slots can stand in. */
const MEMBERS_WITH_TEXT = ['messages', 'prediction', 'tools', 'user', 'safety_identifier'];

/**
 * Top-level members that differ once the slots' texts and the instructions stand in the body, by name, as JSON. `tree`
 * is the parsed body and is not changed.
 */
export function changedTexts(
  tree: JsonObject,
  slots: readonly TextSlot[],
  instructions: readonly string[],
): Map<string, string> {
  const copy = new Copy(tree);
  for (const slot of slots) if (textAt(tree, slot.path) !== slot.text) copy.set(slot.path, slot.text);
  if (instructions.length > 0) instruct(copy, instructions.join('\n\n'));
  const changed = new Map<string, string>();
  for (const name of MEMBERS_WITH_TEXT) {
    if (copy.root[name] !== tree[name]) changed.set(name, JSON.stringify(copy.root[name]));
  }
  return changed;
}
