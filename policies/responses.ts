/** The body of OpenAI's responses, as far as policies read it, and the view that they get of it. */
import { z } from 'zod';
import type { Needs, RequestView, Role, TextPurpose, TextSlot } from './request.ts';
import { ViewReader } from './view-reader.ts';

/** Fields that are not named here are kept as they came: the vendor adds new ones. */
const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  refusal: z.string().optional(),
  filename: z.string().nullish(),
});
type Part = z.infer<typeof part>;

const content = z.union([z.string(), z.array(part)]);

const item = z.looseObject({
  type: z.string().nullish(),
  role: z.enum(['user', 'assistant', 'system', 'developer']).optional(),
  content: content.nullish(),
  summary: z.array(part).nullish(),
  arguments: z.unknown().optional(),
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  name: z.string().nullish(),
});
type Item = z.infer<typeof item>;

const tool = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  description: z.string().nullish(),
});

/** A request for a response; limits in tokens. */
export const responsesBody = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(item)]).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  background: z.boolean().nullish(),
  max_output_tokens: z.number().int().min(1).nullish(),
  tools: z.array(tool).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  reasoning: z.looseObject({}).nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.union([z.string(), z.looseObject({ id: z.string() })]).nullish(),
  prompt: z.looseObject({ variables: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  service_tier: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  store: z.boolean().nullish(),
});
export type ResponsesBody = z.infer<typeof responsesBody>;

/** Members whose size is counted elsewhere, or which the model does not read. */
const NOT_READ_BY_MODEL = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'stream',
  'stream_options',
  'metadata',
  'store',
  'include',
  'prompt',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'previous_response_id',
  'conversation',
  'service_tier',
  'reasoning',
  'truncation',
]);
const READ_ITEM_FIELDS = new Set([
  'type',
  'role',
  'content',
  'summary',
  'arguments',
  'input',
  'output',
  'id',
  'status',
]);
const READ_PART_FIELDS = new Set([
  'type',
  'text',
  'refusal',
  'filename',
  'image_url',
  'file_id',
  'file_url',
  'file_data',
  'input_audio',
  'detail',
]);
/** Members of an item that hold no text of anybody's. */
const NO_TEXT = new Set(['type', 'id', 'call_id', 'status', 'encrypted_content', 'image_url', 'file_id', 'file_data']);
/** Tools that the app runs itself; the others run at the provider, as often as the model likes. */
const TOOLS_OF_THE_APP = new Set(['function', 'custom', 'namespace', 'local_shell', 'apply_patch']);

type Path = TextSlot['path'];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class Reader extends ViewReader {
  item(fields: Item, index: number): void {
    const path: Path = ['input', index];
    const type = fields.type ?? (fields.role ? 'message' : 'item_reference');
    this.othersBesides(fields, READ_ITEM_FIELDS);
    if (type === 'message') {
      const role = fields.role === 'developer' ? 'system' : (fields.role ?? 'user');
      const purpose = role === 'system' ? 'instructions' : 'message';
      if (fields.content) this.content(fields.content, [...path, 'content'], role, purpose, index);
    } else if (type === 'function_call' || type === 'custom_tool_call') {
      this.called(fields.call_id, fields.name);
      this.written(fields, ['arguments', 'input'], path, 'assistant', 'arguments', index);
    } else if (type === 'function_call_output' || type === 'custom_tool_call_output') this.output(fields, path, index);
    else if (type === 'reasoning') {
      if (fields.summary) this.content(fields.summary, [...path, 'summary'], 'assistant', 'thinking', index);
      if (fields.content) this.content(fields.content, [...path, 'content'], 'assistant', 'thinking', index);
    } else if (type === 'item_reference') this.unbounded.add('an earlier item by its id');
    else {
      this.unbounded.add(`content of the type "${type.slice(0, 40)}"`);
      const role = type.endsWith('_output') ? 'tool' : 'assistant';
      for (const name of ['content', 'summary', 'arguments', 'input', 'output'] as const) {
        this.texts(fields[name], [...path, name], role, index);
      }
    }
  }

  /** Members that are texts as they stand. */
  written(
    fields: Item,
    names: readonly ('arguments' | 'input')[],
    path: Path,
    role: Role,
    purpose: TextPurpose,
    index: number,
  ): void {
    for (const name of names) {
      const text = fields[name];
      if (typeof text === 'string') this.slot([...path, name], role, purpose, index, text);
      else this.other(text);
    }
  }

  output(fields: Item, path: Path, index: number): void {
    this.answered(`${index}`, fields.call_id);
    const given = content.safeParse(fields.output);
    if (given.success) this.content(given.data, [...path, 'output'], 'tool', 'result', index);
    else this.texts(fields.output, [...path, 'output'], 'tool', index);
  }

  /** Texts of a content, given as one text or as parts. */
  content(value: z.infer<typeof content>, path: Path, role: Role, purpose: TextPurpose, index: number): void {
    if (typeof value === 'string') this.slot(path, role, purpose, index, value);
    else for (const [i, one] of value.entries()) this.part(one, [...path, i], role, purpose, index);
  }

  part(fields: Part, path: Path, role: Role, purpose: TextPurpose, index: number): void {
    const { type, text, refusal, filename } = fields;
    if (text !== undefined) this.slot([...path, 'text'], role, purpose, index, text);
    if (refusal !== undefined) this.slot([...path, 'refusal'], role, purpose, index, refusal);
    if (filename) this.slot([...path, 'filename'], role, 'label', index, filename);
    if (type === 'input_image') {
      this.images += 1;
      if (fields.file_id) this.unbounded.add('an image by its id');
    } else if (type === 'input_file') {
      this.files += 1;
      this.unbounded.add(fields.file_id ? 'a file by its id' : 'a file');
    } else if (type === 'input_audio') {
      this.audio += 1;
      this.unbounded.add('audio');
    } else if (text === undefined && refusal === undefined) {
      this.unbounded.add(`content of the type "${type.slice(0, 40)}"`);
    }
    this.othersBesides(fields, READ_PART_FIELDS);
  }

  /** The texts in a value of any shape. */
  texts(value: unknown, path: Path, role: Role, index: number): void {
    if (typeof value === 'string') this.slot(path, role, role === 'tool' ? 'result' : 'message', index, value);
    else if (Array.isArray(value)) for (const [i, one] of value.entries()) this.texts(one, [...path, i], role, index);
    else if (isRecord(value)) {
      for (const [name, one] of Object.entries(value)) {
        if (NO_TEXT.has(name)) this.other(one);
        else this.texts(one, [...path, name], role, index);
      }
    } else this.other(JSON.stringify(value));
  }

  tools(body: ResponsesBody, index: number): void {
    for (const [i, one] of (body.tools ?? []).entries()) {
      const { description, type, name } = one;
      if (description) {
        this.slot(['tools', i, 'description'], 'assistant', 'label', index, description);
        this.other({ ...one, description: '' });
      } else this.other(one);
      this.toolNames.push(name ?? type);
      if (!TOOLS_OF_THE_APP.has(type)) this.unbounded.add(`the hosted tool "${type.slice(0, 40)}"`);
    }
  }

  /** What stands beside the messages: state that the provider keeps, and members that change what an answer costs. */
  besides(body: ResponsesBody, index: number): void {
    if (body.previous_response_id) this.unbounded.add('an earlier answer by its id');
    if (body.conversation) this.unbounded.add('a conversation that the provider keeps');
    if (body.prompt) {
      this.unbounded.add('a stored prompt by its id');
      this.texts(body.prompt.variables ?? null, ['prompt', 'variables'], 'user', index);
    }
    const tier = body.service_tier;
    if (tier && tier !== 'auto' && tier !== 'default' && tier !== 'flex') {
      this.unbounded.add(`the service tier "${tier.slice(0, 40)}"`);
    }
    for (const name of ['user', 'safety_identifier', 'prompt_cache_key'] as const) {
      const text = body[name];
      if (text) this.slot([name], 'assistant', 'label', index, text);
    }
    // What a provider keeps with the answer leaves the house; without that it is taken out.
    if (body.store !== true) return;
    for (const [name, text] of Object.entries(body.metadata ?? {})) {
      if (typeof text === 'string') this.slot(['metadata', name], 'assistant', 'label', index, text);
    }
  }
}

/** What policies see of a request for a response. Paths of the slots lead into `body`; each item counts as a message. */
export function viewOfResponses(body: ResponsesBody): RequestView {
  const reader = new Reader();
  const { input, instructions } = body;
  let turns = 0;
  let messages = 0;
  if (instructions) reader.slot(['instructions'], 'system', 'instructions', 0, instructions);
  if (typeof input === 'string') {
    reader.slot(['input'], 'user', 'message', 0, input);
    turns = 1;
    messages = 1;
  } else if (input) {
    for (const [index, one] of input.entries()) {
      if (one.role === 'user') turns += 1;
      reader.item(one, index);
    }
    messages = input.length;
  }
  reader.tools(body, messages);
  reader.besides(body, messages);
  for (const name in body) if (!NOT_READ_BY_MODEL.has(name)) reader.other(body[name]);
  const needs: Needs = {
    tools: reader.toolNames.length > 0,
    images: reader.images > 0,
    audio: reader.audio > 0,
    files: reader.files > 0,
    jsonSchema: body.text?.format?.type === 'json_schema',
  };
  return {
    endpoint: 'responses',
    model: body.model,
    stream: body.stream ?? false,
    slots: reader.slots,
    messages: messages + (instructions ? 1 : 0),
    turns,
    toolNames: reader.toolNames,
    toolResults: reader.toolResults,
    images: reader.images,
    audio: reader.audio,
    files: reader.files,
    needs,
    maxOutputTokens: body.max_output_tokens ?? null,
    choices: 1,
    otherBytes: reader.otherBytes,
    others: reader.others,
    cacheWrites: reader.cacheWrites,
    unbounded: [...reader.unbounded],
  };
}
