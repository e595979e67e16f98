import { UpstreamError } from '../provider.ts';
import { type ChatBody, unsupported } from './chat-body.ts';
import type { CallOptions, FunctionTool, Prompt } from './sdk-types.ts';

type Message = ChatBody['messages'][number];
type UserPart = Extract<Message, { role: 'user' }>['content'][number];
type AssistantContent = Extract<Prompt[number], { role: 'assistant' }>['content'];
type UserContent = Extract<Prompt[number], { role: 'user' }>['content'];

/** An address that holds the content itself; its first group is the media type. */
export const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+);base64,/i;

/** Media types of documents that vendors read; others would be refused by them with a less clear message. */
export const DOCUMENT_TYPES = new Set(['application/pdf', 'text/plain']);

function userPart(part: UserPart): UserContent[number] {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image_url') {
    const { url } = part.image_url;
    const media = DATA_URL.exec(url);
    if (media) return { type: 'file', mediaType: (media[1] ?? '').toLowerCase(), data: url.slice(media[0].length) };
    // A string, not a URL object: that would write a signed address anew.
    if (/^https?:\/\//i.test(url)) return { type: 'file', mediaType: 'image/*', data: url };
    throw unsupported('image_url other than http(s) and base64 data URLs');
  }
  const media = DATA_URL.exec(part.file.file_data);
  const mediaType = media?.[1]?.toLowerCase() ?? '';
  if (!media || !DOCUMENT_TYPES.has(mediaType)) throw unsupported(`file of type ${mediaType || 'unknown'}`);
  return {
    type: 'file',
    mediaType,
    data: part.file.file_data.slice(media[0].length),
    ...(part.file.filename ? { filename: part.file.filename } : {}),
  };
}

/** The arguments of a call as a client writes them. Throws UpstreamError where they are not a JSON object. */
export function argumentsOf(text: string): object {
  // Some clients write the arguments of a tool without parameters as an empty text.
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {}
  throw new UpstreamError('bad_request', 'the arguments of a tool call are not a JSON object', { billed: 'no' });
}

function assistantContent(message: Extract<Message, { role: 'assistant' }>): AssistantContent {
  const content: AssistantContent = [];
  for (const part of message.content ?? []) {
    content.push({ type: 'text', text: part.type === 'text' ? part.text : part.refusal });
  }
  if (message.refusal) content.push({ type: 'text', text: message.refusal });
  for (const call of message.tool_calls ?? []) {
    content.push({
      type: 'tool-call',
      toolCallId: call.id,
      toolName: call.function.name,
      input: argumentsOf(call.function.arguments),
    });
  }
  return content.filter((part) => part.type !== 'text' || part.text !== '');
}

/**
 * System and developer messages go to the front, in their order: that is where protocols that know instructions only
 * at the start have them, and how Anthropic's own chat endpoint reads them. Messages without content are left out:
 * they say nothing, and other vendors refuse them.
 */
function promptOf(messages: readonly Message[]): Prompt {
  const instructions: Prompt = [];
  const conversation: Prompt = [];
  const toolNames = new Map<string, string>();
  for (const message of messages) {
    switch (message.role) {
      case 'system':
      case 'developer': {
        const text = message.content.map((part) => part.text).join('\n\n');
        if (text !== '') instructions.push({ role: 'system', content: text });
        break;
      }
      case 'user': {
        const content = message.content.map(userPart).filter((part) => part.type !== 'text' || part.text !== '');
        if (content.length > 0) conversation.push({ role: 'user', content });
        break;
      }
      case 'assistant': {
        for (const call of message.tool_calls ?? []) toolNames.set(call.id, call.function.name);
        const content = assistantContent(message);
        if (content.length > 0) conversation.push({ role: 'assistant', content });
        break;
      }
      case 'tool': {
        const [first, ...more] = message.content;
        conversation.push({
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: message.tool_call_id,
              toolName: toolNames.get(message.tool_call_id) ?? '',
              output:
                more.length === 0
                  ? { type: 'text', value: first?.text ?? '' }
                  : { type: 'content', value: message.content },
            },
          ],
        });
        break;
      }
    }
  }
  return [...instructions, ...conversation];
}

function toolOf(tool: NonNullable<ChatBody['tools']>[number]): FunctionTool {
  const { name, description, parameters, strict } = tool.function;
  return {
    type: 'function',
    name,
    inputSchema: parameters ?? { type: 'object', properties: {} },
    ...(description ? { description } : {}),
    // Absent and false ask for the same.
    ...(strict ? { strict } : {}),
  };
}

function toolChoiceOf(choice: NonNullable<ChatBody['tool_choice']>): NonNullable<CallOptions['toolChoice']> {
  return choice.type === 'function' ? { type: 'tool', toolName: choice.function.name } : { type: choice.type };
}

function responseFormatOf(format: NonNullable<ChatBody['response_format']>): CallOptions['responseFormat'] {
  if (format.type === 'text') return undefined;
  // Any object will do where no schema was given.
  if (format.type === 'json_object') return { type: 'json', schema: { type: 'object' } };
  const { name, description, schema } = format.json_schema;
  return { type: 'json', name, schema: schema ?? { type: 'object' }, ...(description ? { description } : {}) };
}

/**
 * The vendor SDK's call for a chat body: everything but what is the vendor's own (reasoning, user, parallel tools).
 * Throws `UpstreamError` for parts that cannot be carried over. Temperature and top_p of 1 are the default
 * everywhere, so they are not sent: some models refuse the mere mention.
 */
export function toCall(body: ChatBody): CallOptions {
  const stop = typeof body.stop === 'string' ? [body.stop] : body.stop;
  const limit = body.max_completion_tokens ?? body.max_tokens;
  const call: CallOptions = { prompt: promptOf(body.messages) };
  if (limit) call.maxOutputTokens = limit;
  if (typeof body.temperature === 'number' && body.temperature !== 1) call.temperature = body.temperature;
  if (typeof body.top_p === 'number' && body.top_p !== 1) call.topP = body.top_p;
  if (stop && stop.length > 0) call.stopSequences = stop;
  if (body.tools && body.tools.length > 0) call.tools = body.tools.map(toolOf);
  if (body.tool_choice) call.toolChoice = toolChoiceOf(body.tool_choice);
  if (body.response_format) call.responseFormat = responseFormatOf(body.response_format);
  return call;
}
