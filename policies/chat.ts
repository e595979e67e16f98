/** The body of a chat completion, as far as policies read it, and the view that they get of it. */
import { z } from 'zod';
import type { Needs, RequestView, Role, TextPurpose, TextSlot } from './request.ts';
import { CACHE_MARK, ViewReader } from './view-reader.ts';

/** Fields that are not named here are kept as they came: vendors have their own. */
const contentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
});

const content = z.union([z.string(), z.array(contentPart)]).nullish();

const calledFunction = z.looseObject({ name: z.string(), arguments: z.string() });

const toolCall = z.looseObject({
  type: z.string().optional(),
  function: calledFunction.optional(),
  custom: z.looseObject({ name: z.string(), input: z.string() }).optional(),
});

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content,
  name: z.string().nullish(),
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
  function_call: calledFunction.nullish(),
});

const tool = z.looseObject({
  type: z.string(),
  function: z.looseObject({ name: z.string(), description: z.string().nullish() }).optional(),
  custom: z.looseObject({ name: z.string() }).optional(),
});

const tokenLimit = z.number().int().min(1).nullish();

/** A chat completion request; limits in tokens. */
export const chatBody = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1, 'must have at least one message'),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  n: z.number().int().min(1).max(128).nullish(),
  tools: z.array(tool).nullish(),
  functions: z.array(z.looseObject({ name: z.string() })).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  prediction: z.looseObject({ content }).nullish(),
  modalities: z.array(z.string()).nullish(),
  service_tier: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  store: z.boolean().nullish(),
});
export type ChatBody = z.infer<typeof chatBody>;
type ChatMessage = ChatBody['messages'][number];

const ROLES: Readonly<Record<ChatMessage['role'], Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Members whose size is counted elsewhere, or which the model does not read. */
const NOT_READ_BY_MODEL = new Set([
  'model',
  'messages',
  'tools',
  'stream',
  'stream_options',
  'metadata',
  'store',
  'user',
  'service_tier',
  'modalities',
  'reasoning_effort',
]);
const READ_MESSAGE_FIELDS = new Set([
  'role',
  'content',
  'name',
  'refusal',
  'reasoning_content',
  'tool_calls',
  'function_call',
]);
const READ_PART_FIELDS = new Set(['type', 'text', 'refusal', 'image_url', 'input_audio', 'file']);

/** Collects what the parts of a body hold. */
class Reader extends ViewReader {
  /** Texts beside the messages that leave the house all the same. */
  label(path: TextSlot['path'], index: number, text: string): void {
    this.slot(path, 'assistant', 'label', index, text);
  }

  message(fields: ChatMessage, index: number): void {
    const role = ROLES[fields.role];
    const purpose = role === 'system' ? 'instructions' : role === 'tool' ? 'result' : 'message';
    if (role === 'tool') this.answered(`${index}`, fields.tool_call_id);
    this.content(fields.content, ['messages', index], role, purpose, index);
    for (const name of ['refusal', 'reasoning_content'] as const) {
      const text = fields[name];
      if (text) this.slot(['messages', index, name], role, purpose, index, text);
    }
    if (fields.name) this.label(['messages', index, 'name'], index, fields.name);
    const calls = fields.tool_calls;
    if (calls)
      for (let i = 0; i < calls.length; i++) this.toolCall(calls[i], ['messages', index, 'tool_calls', i], index);
    if (fields.function_call) {
      const path = ['messages', index, 'function_call', 'arguments'];
      this.slot(path, role, 'arguments', index, fields.function_call.arguments);
      this.other(fields.function_call.name);
    }
    if (fields.audio) this.unbounded.add('an earlier answer in audio by its id');
    this.othersBesides(fields, READ_MESSAGE_FIELDS);
  }

  toolCall(
    call: NonNullable<ChatMessage['tool_calls']>[number] | undefined,
    path: TextSlot['path'],
    index: number,
  ): void {
    if (call?.function) {
      this.slot([...path, 'function', 'arguments'], 'assistant', 'arguments', index, call.function.arguments);
      this.other(call.function.name);
    }
    if (call?.custom) {
      this.slot([...path, 'custom', 'input'], 'assistant', 'arguments', index, call.custom.input);
      this.other(call.custom.name);
    }
    this.other(call?.id);
    this.called(call?.id, call?.function?.name ?? call?.custom?.name);
  }

  content(
    value: ChatMessage['content'],
    path: TextSlot['path'],
    role: Role,
    purpose: TextPurpose,
    index: number,
  ): void {
    if (typeof value === 'string') this.slot([...path, 'content'], role, purpose, index, value);
    else if (value) {
      for (let i = 0; i < value.length; i++) {
        const part = value[i];
        if (part) this.part(part, [...path, 'content', i], role, purpose, index);
      }
    }
  }

  part(
    part: z.infer<typeof contentPart>,
    path: TextSlot['path'],
    role: Role,
    purpose: TextPurpose,
    index: number,
  ): void {
    if (part.text !== undefined) this.slot([...path, 'text'], role, purpose, index, part.text);
    if (part.refusal !== undefined) this.slot([...path, 'refusal'], role, purpose, index, part.refusal);
    if (part.type === 'image_url') this.images += 1;
    else if (part.type === 'input_audio') {
      this.audio += 1;
      this.unbounded.add('audio');
    } else if (part.type === 'file') {
      this.files += 1;
      const file = part.file;
      const byId = typeof file === 'object' && file !== null && 'file_id' in file;
      this.unbounded.add(byId ? 'a file by its id' : 'a file');
    } else if (part.type !== 'text' && part.type !== 'refusal') {
      this.unbounded.add(`content of the type "${part.type.slice(0, 40)}"`);
    }
    this.othersBesides(part, READ_PART_FIELDS);
  }

  tools(body: ChatBody): void {
    for (const [index, tool] of (body.tools ?? []).entries()) {
      const { type, ...rest } = tool;
      this.cacheMark(tool[CACHE_MARK]);
      const described = rest.function?.description;
      if (described) {
        this.label(['tools', index, 'function', 'description'], body.messages.length, described);
        this.other({ ...tool, function: { ...rest.function, description: '' } });
      } else this.other(tool);
      const name = rest.function?.name ?? rest.custom?.name;
      this.toolNames.push(name ?? type);
      if (name === undefined) this.unbounded.add(`the hosted tool "${type.slice(0, 40)}"`);
    }
    for (const { name } of body.functions ?? []) this.toolNames.push(name);
  }

  /** Members that change what the answer costs in ways that the body does not tell. */
  pricedApart(body: ChatBody): void {
    const tier = body.service_tier;
    if (tier && tier !== 'auto' && tier !== 'default' && tier !== 'flex') {
      this.unbounded.add(`the service tier "${tier.slice(0, 40)}"`);
    }
    if (body.modalities?.includes('audio')) this.unbounded.add('an answer in audio');
    if (body.web_search_options) this.unbounded.add('a web search');
  }
}

/** The client's limit on each answer; the larger where it sets both fields, since vendors differ in which they read. */
function outputLimitOf(body: ChatBody): number | null {
  const [older, newer] = [body.max_tokens, body.max_completion_tokens];
  if (older && newer) return Math.max(older, newer);
  return newer ?? older ?? null;
}

/**
 * What policies see of a chat completion. Paths of the slots lead into `body`. A predicted answer is a slot of its own,
 * counted to no message.
 */
export function viewOfChat(body: ChatBody): RequestView {
  const reader = new Reader();
  let turns = 0;
  for (let i = 0; i < body.messages.length; i++) {
    const fields = body.messages[i];
    if (!fields) continue;
    if (fields.role === 'user') turns += 1;
    reader.message(fields, i);
  }
  if (body.prediction)
    reader.content(body.prediction.content, ['prediction'], 'assistant', 'message', body.messages.length);
  for (const name of ['user', 'safety_identifier'] as const) {
    const text = body[name];
    if (text) reader.label([name], body.messages.length, text);
  }
  reader.tools(body);
  reader.pricedApart(body);
  for (const name in body) {
    if (name === CACHE_MARK) reader.cacheMark(body[name]);
    else if (name !== 'prediction' && !NOT_READ_BY_MODEL.has(name)) reader.other(body[name]);
  }
  const needs: Needs = {
    tools: reader.toolNames.length > 0,
    images: reader.images > 0,
    audio: reader.audio > 0 || (body.modalities?.includes('audio') ?? false),
    files: reader.files > 0,
    jsonSchema: body.response_format?.type === 'json_schema',
  };
  return {
    endpoint: 'chat.completions',
    model: body.model,
    stream: body.stream ?? false,
    slots: reader.slots,
    messages: body.messages.length,
    turns,
    toolNames: reader.toolNames,
    toolResults: reader.toolResults,
    images: reader.images,
    audio: reader.audio,
    files: reader.files,
    needs,
    maxOutputTokens: outputLimitOf(body),
    choices: body.n ?? 1,
    otherBytes: reader.otherBytes,
    others: reader.others,
    cacheWrites: reader.cacheWrites,
    unbounded: reader.unbounded.size > 0 ? [...reader.unbounded] : NONE,
  };
}

const NONE: readonly string[] = [];
