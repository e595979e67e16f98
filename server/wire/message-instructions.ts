/** Puts instructions of a policy into the tree of a request for a message. */
import type { TreeCopy } from './changed-texts.ts';

/** Adds to the app's own instructions, after which an answer in its cache may go on being of use. */
export function instructMessages(copy: TreeCopy, instructions: readonly string[]): void {
  if (instructions.length === 0) return;
  const text = instructions.join('\n\n');
  const { system } = copy.root;
  if (typeof system === 'string' && system !== '') copy.root.system = `${system}\n\n${text}`;
  else if (Array.isArray(system)) copy.root.system = [...system, { type: 'text', text }];
  else copy.root.system = text;
}
