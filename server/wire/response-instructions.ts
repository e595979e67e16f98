/** Puts instructions of a policy into the tree of a request for a response. */
import type { TreeCopy } from './changed-texts.ts';

/** Adds to the app's own instructions, after which an answer in its cache may go on being of use. */
export function instructResponse(copy: TreeCopy, instructions: readonly string[]): void {
  if (instructions.length === 0) return;
  const text = instructions.join('\n\n');
  const own = copy.root.instructions;
  copy.root.instructions = typeof own === 'string' && own !== '' ? `${own}\n\n${text}` : text;
}
