/** The body of Anthropic's messages, as far as policies read it, and the view that they get of it. */
import { z } from 'zod';
import type { Needs, RequestView, Role, TextPurpose, TextSlot } from './request.ts';
import { CACHE_MARK, ViewReader } from './view-reader.ts';

/** Fields that are not named here are kept as they came: the vendor adds new ones. */
const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  title: z.string().nullish(),
  context: z.string().nullish(),
  name: z.string().optional(),
  id: z.string().optional(),
  input: z.unknown().optional(),
  source: z.unknown().optional(),
  content: z.unknown().optional(),
});
type Block = z.infer<typeof block>;

const content = z.union([z.string(), z.array(block)]);

const tool = z.looseObject({
  type: z.string().nullish(),
  name: z.string().optional(),
  description: z.string().nullish(),
});

const limit = z.number().int().min(1);

/** What the vendor counts the tokens of: a request for a message that need not say how long the answer may be. */
export const countedMessagesBody = z.looseObject({
  model: z.string().min(1),
  messages: z
    .array(z.looseObject({ role: z.enum(['user', 'assistant', 'system']), content }))
    .min(1, 'must have at least one message'),
  max_tokens: limit.nullish(),
  system: content.nullish(),
  stream: z.boolean().nullish(),
  tools: z.array(tool).nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish(),
  thinking: z.looseObject({ type: z.string(), budget_tokens: z.number().nullish() }).nullish(),
  output_config: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  output_format: z.looseObject({ type: z.string() }).nullish(),
  container: z.unknown().optional(),
  mcp_servers: z.array(z.unknown()).nullish(),
  speed: z.string().nullish(),
  inference_geo: z.string().nullish(),
  fallbacks: z.array(z.unknown()).nullish(),
});
export type MessagesBody = z.infer<typeof countedMessagesBody>;

/** A request for a message; limits in tokens. */
export const messagesBody = countedMessagesBody.extend({ max_tokens: limit });

/** Members whose size is counted elsewhere, or which the model does not read. */
const NOT_READ_BY_MODEL = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'max_tokens',
  'stream',
  'metadata',
  'service_tier',
  'speed',
  'inference_geo',
  'thinking',
  'temperature',
  'top_p',
  'top_k',
]);
const READ_FIELDS = new Set([
  'type',
  'text',
  'thinking',
  'title',
  'context',
  'source',
  'content',
  'input',
  'citations',
  'signature',
]);

/** Members of the vendor's own blocks that are no text of anybody's, and that a change would break. */
const SEALED = /^(type|id|data|signature|media_type|error_code|encrypted_\w+|\w+_id)$/;

type Path = TextSlot['path'];

class Reader extends ViewReader {
  /** Texts of a content, given as one text or as blocks. */
  content(value: z.infer<typeof content>, path: Path, role: Role, purpose: TextPurpose, index: number): void {
    if (typeof value === 'string') this.slot(path, role, purpose, index, value);
    else for (const [i, one] of value.entries()) this.block(one, [...path, i], role, purpose, index);
  }

  block(fields: Block, path: Path, role: Role, purpose: TextPurpose, index: number): void {
    const { type } = fields;
    if (fields.text !== undefined) this.slot([...path, 'text'], role, purpose, index, fields.text);
    if (fields.thinking !== undefined) this.slot([...path, 'thinking'], role, 'thinking', index, fields.thinking);
    for (const name of ['title', 'context'] as const) {
      const text = fields[name];
      if (text) this.slot([...path, name], role, 'label', index, text);
    }
    // What an earlier answer has quoted.
    if (fields.citations) this.values(fields.citations, [...path, 'citations'], role, 'label', index, SEALED);
    if (type === 'image') this.image(fields);
    else if (type === 'document') this.document(fields, path, role, index);
    else if (type === 'tool_use') {
      this.called(fields.id, fields.name);
      this.values(fields.input, [...path, 'input'], 'assistant', 'message', index);
    } else if (type === 'tool_result' || type === 'search_result') this.nested(fields, path, index);
    else if (type !== 'text' && type !== 'thinking' && type !== 'redacted_thinking') {
      this.unbounded.add(`content of the type "${type.slice(0, 40)}"`);
      this.values(fields.input, [...path, 'input'], 'assistant', 'message', index);
      this.values(fields.content, [...path, 'content'], 'tool', 'result', index, SEALED);
    }
    this.othersBesides(fields, READ_FIELDS);
  }

  /** What a tool has given back, or what a search of the app's own has found. */
  nested(fields: Block, path: Path, index: number): void {
    this.answered(`${path[1]}.${path[3]}`, fields.tool_use_id);
    const inner = content.safeParse(fields.content);
    if (inner.success) this.content(inner.data, [...path, 'content'], 'tool', 'result', index);
    else this.values(fields.content, [...path, 'content'], 'tool', 'result', index);
    if (typeof fields.source === 'string') this.slot([...path, 'source'], 'tool', 'label', index, fields.source);
  }

  image({ source }: Block): void {
    this.images += 1;
    if (isRecord(source) && source.type === 'file') this.unbounded.add('an image by its id');
  }

  document({ source }: Block, path: Path, role: Role, index: number): void {
    if (!isRecord(source)) return;
    const { type, data } = source;
    if (type === 'text' && typeof data === 'string') {
      this.slot([...path, 'source', 'data'], role, 'message', index, data);
      return;
    }
    const parts = type === 'content' ? content.safeParse(source.content) : null;
    if (parts?.success) {
      this.content(parts.data, [...path, 'source', 'content'], role, 'message', index);
      return;
    }
    this.files += 1;
    this.unbounded.add(type === 'file' ? 'a file by its id' : 'a file');
  }

  /** The texts and numbers in what stands as values and not as one text of JSON, but for members whose names are `sealed`. */
  values(
    value: unknown,
    path: Path,
    role: Role,
    purpose: TextPurpose,
    index: number,
    sealed: RegExp | null = null,
  ): void {
    // A number can be somebody's as well as a text.
    if (typeof value === 'string' || typeof value === 'number') this.slot(path, role, purpose, index, `${value}`);
    else if (Array.isArray(value)) {
      for (const [i, one] of value.entries()) this.values(one, [...path, i], role, purpose, index, sealed);
    } else if (isRecord(value)) {
      for (const [name, one] of Object.entries(value)) {
        this.other(name);
        if (sealed?.test(name)) this.other(one);
        else this.values(one, [...path, name], role, purpose, index, sealed);
      }
    } else if (value !== undefined) this.other(JSON.stringify(value));
  }

  tools(body: MessagesBody): void {
    for (const [i, one] of (body.tools ?? []).entries()) {
      const { description, type, name } = one;
      this.cacheMark(one[CACHE_MARK]);
      if (description) {
        this.slot(['tools', i, 'description'], 'assistant', 'label', body.messages.length, description);
        this.other({ ...one, description: '' });
      } else this.other(one);
      this.toolNames.push(name ?? type ?? '');
      if (type && type !== 'custom') this.unbounded.add(`the hosted tool "${type.slice(0, 40)}"`);
    }
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isToolResult = (one: Block): boolean => one.type === 'tool_result';

/** What policies see of a request for a message. Paths of the slots lead into `body`. */
export function viewOfMessages(body: MessagesBody): RequestView {
  const reader = new Reader();
  const { system, messages } = body;
  let turns = 0;
  if (system) reader.content(system, ['system'], 'system', 'instructions', 0);
  for (const [i, message] of messages.entries()) {
    const role = message.role;
    const said = typeof message.content === 'string' || !message.content.every(isToolResult);
    if (role === 'user' && said) turns += 1;
    const purpose = role === 'system' ? 'instructions' : 'message';
    reader.content(message.content, ['messages', i, 'content'], role, purpose, i);
  }
  if (body.metadata?.user_id) {
    reader.slot(['metadata', 'user_id'], 'assistant', 'label', messages.length, body.metadata.user_id);
  }
  reader.tools(body);
  if (body.service_tier && body.service_tier !== 'standard_only' && body.service_tier !== 'auto') {
    reader.unbounded.add(`the service tier "${body.service_tier.slice(0, 40)}"`);
  }
  if (body.container) reader.unbounded.add('a container');
  if (body.mcp_servers && body.mcp_servers.length > 0) reader.unbounded.add('tools of other servers');
  // The vendor charges more for these.
  if (body.speed && body.speed !== 'standard') reader.unbounded.add(`the speed "${body.speed.slice(0, 40)}"`);
  if (body.inference_geo && body.inference_geo !== 'global') {
    reader.unbounded.add(`the region "${body.inference_geo.slice(0, 40)}"`);
  }
  if (body.fallbacks && body.fallbacks.length > 0) reader.unbounded.add('other models to fall back to');
  reader.cacheMark(body[CACHE_MARK]);
  for (const name in body) if (!NOT_READ_BY_MODEL.has(name)) reader.other(body[name]);
  const format = body.output_config?.format ?? body.output_format;
  const needs: Needs = {
    tools: reader.toolNames.length > 0,
    images: reader.images > 0,
    audio: false,
    files: reader.files > 0,
    jsonSchema: format?.type === 'json_schema',
  };
  return {
    endpoint: 'messages',
    model: body.model,
    stream: body.stream ?? false,
    slots: reader.slots,
    messages: messages.length + (system ? 1 : 0),
    turns,
    toolNames: reader.toolNames,
    toolResults: reader.toolResults,
    images: reader.images,
    audio: 0,
    files: reader.files,
    needs,
    maxOutputTokens: body.max_tokens ?? null,
    choices: 1,
    otherBytes: reader.otherBytes,
    others: reader.others,
    cacheWrites: reader.cacheWrites,
    unbounded: [...reader.unbounded],
  };
}
