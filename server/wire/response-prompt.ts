/** The input of a response's request as the prompt of a model of another vendor. */
import { UpstreamError } from '../providers/provider.ts';
import { unsupported } from '../providers/translate/chat-body.ts';
import { argumentsOf, DATA_URL, DOCUMENT_TYPES } from '../providers/translate/chat-to-call.ts';
import type { Prompt } from '../providers/translate/sdk-types.ts';
import type { CarriedBody } from './response-body.ts';

type Item = CarriedBody['input'][number];
type CallOutput = Extract<Item, { type: 'function_call_output' }>;
type UserPart = Extract<Item, { role: 'user' }>['content'][number];
type Image = Extract<UserPart, { type: 'input_image' }>;
type UserContent = Extract<Prompt[number], { role: 'user' }>['content'];
type AssistantContent = Extract<Prompt[number], { role: 'assistant' }>['content'];
type ToolContent = Extract<Prompt[number], { role: 'tool' }>['content'];
type Output = Extract<ToolContent[number], { type: 'tool-result' }>['output'];

const WEB_ADDRESS = /^https?:\/\//i;

function image({ image_url: url, file_id: id }: Image): { readonly mediaType: string; readonly data: string } {
  if (id) throw unsupported('image by its id (file_id)');
  if (!url) throw new UpstreamError('bad_request', 'an image has no image_url', { billed: 'no' });
  const media = DATA_URL.exec(url);
  if (media) return { mediaType: (media[1] ?? '').toLowerCase(), data: url.slice(media[0].length) };
  // A string, not a URL object: that would write a signed address anew.
  if (WEB_ADDRESS.test(url)) return { mediaType: 'image/*', data: url };
  throw unsupported('image_url other than http(s) and base64 data URLs');
}

function userPart(part: UserPart): UserContent[number] {
  if (part.type === 'input_image') return { type: 'file', ...image(part) };
  if (part.type !== 'input_file') return { type: 'text', text: part.text };
  const { file_data: data, file_url: url, file_id: id, filename } = part;
  if (id) throw unsupported('file by its id (file_id)');
  const called = filename ? { filename } : {};
  if (url && WEB_ADDRESS.test(url)) return { type: 'file', mediaType: 'application/pdf', data: url, ...called };
  const media = DATA_URL.exec(data ?? '');
  const mediaType = media?.[1]?.toLowerCase() ?? '';
  if (!data || !media || !DOCUMENT_TYPES.has(mediaType)) throw unsupported(`file of type ${mediaType || 'unknown'}`);
  return { type: 'file', mediaType, data: data.slice(media[0].length), ...called };
}

function outputOf({ output }: CallOutput): Output {
  const [only, ...more] = output;
  if (!only) return { type: 'text', value: '' };
  if (only.type !== 'input_image' && more.length === 0) return { type: 'text', value: only.text };
  return {
    type: 'content',
    value: output.map((part) => {
      if (part.type !== 'input_image') return { type: 'text', text: part.text };
      const { mediaType, data } = image(part);
      return WEB_ADDRESS.test(data) ? { type: 'image-url', url: data } : { type: 'image-data', data, mediaType };
    }),
  };
}

const isFilled = (part: { readonly type: string; readonly text?: string }): boolean =>
  part.type !== 'text' || part.text !== '';

/**
 * Instructions, and messages of the system and the developer, go to the front in their order, where every protocol has
 * them. Items that one side wrote one after the other become one message of it, since other protocols take turns.
 */
export function promptOf({ instructions, input }: CarriedBody): Prompt {
  const system: string[] = instructions ? [instructions] : [];
  const conversation: Prompt = [];
  const toolNames = new Map<string, string>();
  const answered = (content: AssistantContent): void => {
    const parts = content.filter(isFilled);
    const last = conversation.at(-1);
    if (parts.length === 0) return;
    if (last?.role === 'assistant') last.content.push(...parts);
    else conversation.push({ role: 'assistant', content: parts });
  };
  for (const item of input) {
    if (item.type === 'function_call') {
      const { call_id: toolCallId, name: toolName } = item;
      toolNames.set(toolCallId, toolName);
      answered([{ type: 'tool-call', toolCallId, toolName, input: argumentsOf(item.arguments) }]);
    } else if (item.type === 'function_call_output') {
      const toolName = toolNames.get(item.call_id);
      if (toolName === undefined) {
        const why = `input: there is no function_call before the function_call_output of "${item.call_id.slice(0, 60)}"`;
        throw new UpstreamError('bad_request', why, { billed: 'no' });
      }
      const content: ToolContent = [
        { type: 'tool-result', toolCallId: item.call_id, toolName, output: outputOf(item) },
      ];
      const last = conversation.at(-1);
      if (last?.role === 'tool') last.content.push(...content);
      else conversation.push({ role: 'tool', content });
    } else if (item.type === 'message') {
      if (item.role === 'user') {
        const content = item.content.map(userPart).filter(isFilled);
        if (content.length > 0) conversation.push({ role: 'user', content });
      } else if (item.role === 'assistant') {
        answered(item.content.map((part) => ({ type: 'text', text: 'text' in part ? part.text : part.refusal })));
      } else system.push(...item.content.map((part) => part.text));
    }
  }
  const texts = system.filter((text) => text !== '');
  return [...texts.map((text) => ({ role: 'system' as const, content: text })), ...conversation];
}
