/** What tools have given, for vendors who do not take all that clients may send as it. */
import { unsupported } from './chat-body.ts';
import type { Prompt } from './sdk-types.ts';

export type ToolPart = Extract<Prompt[number], { role: 'tool' }>['content'][number];

/**
 * A result that tells of an error, where a vendor has no mark for one: the mark becomes JSON around the text, as Gemini's
 * documentation asks for errors of tools to be told, so that it is not lost.
 */
export function errorAsText(part: ToolPart): ToolPart {
  if (part.type !== 'tool-result' || part.output.type !== 'error-text') return part;
  return { ...part, output: { type: 'text', value: JSON.stringify({ error: part.output.value }) } };
}

/** A result of texts as one text. Throws `UpstreamError('unsupported')` for images and files. */
export function toolText(part: ToolPart): ToolPart {
  if (part.type !== 'tool-result' || part.output.type !== 'content') return errorAsText(part);
  const texts = part.output.value.map((piece) => {
    if (piece.type !== 'text') throw unsupported('image or file in the result of a tool');
    return piece.text;
  });
  return { ...part, output: { type: 'text', value: texts.join('\n\n') } };
}
