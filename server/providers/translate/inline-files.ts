import type { UpstreamError } from '../provider.ts';
import { unsupported } from './chat-body.ts';
import type { Prompt } from './sdk-types.ts';

/** The error for a file that is given by its address, where the vendor takes its bytes alone; null where there is none. */
export function fileByAddress(prompt: Prompt): UpstreamError | null {
  const isAddress = (data: unknown): boolean =>
    data instanceof URL || (typeof data === 'string' && /^https?:\/\//i.test(data));
  for (const { role, content } of prompt) {
    if (role !== 'user') continue;
    if (content.some((part) => part.type === 'file' && isAddress(part.data))) {
      return unsupported('image or file by its address; send its bytes');
    }
  }
  return null;
}
