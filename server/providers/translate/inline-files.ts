import type { UpstreamError } from '../provider.ts';
import { unsupported } from './chat-body.ts';
import type { Prompt } from './sdk-types.ts';
import type { ToolPart } from './tool-results.ts';

function givesAddress(part: ToolPart): boolean {
  if (part.type !== 'tool-result' || part.output.type !== 'content') return false;
  return part.output.value.some(({ type }) => type === 'image-url' || type === 'file-url');
}

/** The error for a file that is given by its address, where the vendor takes its bytes alone; null where there is none. */
export function fileByAddress(prompt: Prompt): UpstreamError | null {
  const isAddress = (data: unknown): boolean =>
    data instanceof URL || (typeof data === 'string' && /^https?:\/\//i.test(data));
  for (const { role, content } of prompt) {
    if (role === 'user' && content.some((part) => part.type === 'file' && isAddress(part.data))) {
      return unsupported('image or file by its address; send its bytes');
    }
    if (role === 'tool' && content.some(givesAddress)) {
      return unsupported('image or file by its address in the result of a tool; send its bytes');
    }
  }
  return null;
}
