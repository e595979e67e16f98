/** Puts instructions of a policy into the tree of a chat body. */
import { at, isContainer, type TreeCopy } from './changed-texts.ts';

/** Adds to the app's own leading instructions, since many chat templates take only one message of that kind. */
export function instruct(copy: TreeCopy, instructions: readonly string[]): void {
  if (instructions.length === 0) return;
  const text = instructions.join('\n\n');
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
