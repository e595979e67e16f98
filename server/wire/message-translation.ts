/** Anthropic's messages carried over to models of other vendors: the request. */
import { z } from 'zod';
import { UpstreamError } from '../providers/provider.ts';
import { unsupported } from '../providers/translate/chat-body.ts';
import type { CallOptions, FunctionTool, JsonSchema, Prompt } from '../providers/translate/sdk-types.ts';
import { MessageEvents, wholeMessage } from './message-parts.ts';
import { EFFORTS, type TranslatedCall, type Translation } from './translation.ts';

/** Marks for the vendor's caches: the answer is the same without them. */
const cache_control = z.unknown().optional();
const textBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  cache_control,
  // What answers carry and clients send back.
  citations: z.array(z.unknown()).nullish(),
});
const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
]);
const imageBlock = z.strictObject({ type: z.literal('image'), source, cache_control });
const documentBlock = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    ...source.options,
    z.strictObject({ type: z.literal('text'), media_type: z.string().optional(), data: z.string() }),
  ]),
  title: z.string().nullish(),
  citations: z.strictObject({ enabled: z.literal(false).nullish() }).nullish(),
  cache_control,
});
const resultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: contentOf(z.discriminatedUnion('type', [textBlock, imageBlock])).nullish(),
  is_error: z.boolean().nullish(),
  cache_control,
});
const useBlock = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  cache_control,
  caller: z.unknown().optional(),
});
// What a model has thought is signed by its vendor and of no use to another.
const thinkingBlock = z.looseObject({ type: z.enum(['thinking', 'redacted_thinking']) });

function contentOf<Part extends z.ZodType>(part: Part) {
  return z.preprocess((value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value), z.array(part));
}

const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.literal('user'),
    content: contentOf(z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock, resultBlock])),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: contentOf(z.discriminatedUnion('type', [textBlock, useBlock, thinkingBlock])),
  }),
]);

const jsonSchema = z.custom<JsonSchema>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON Schema',
);
const tool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string(),
  description: z.string().nullish(),
  input_schema: jsonSchema,
  strict: z.boolean().nullish(),
  eager_input_streaming: z.unknown().optional(),
  cache_control,
});
const oneAtATime = { disable_parallel_tool_use: z.boolean().nullish() };
const format = z.strictObject({ type: z.literal('json_schema'), schema: jsonSchema }).nullish();

const body = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  max_tokens: z.int().positive(),
  system: contentOf(textBlock).nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('auto'), ...oneAtATime }),
      z.strictObject({ type: z.literal('any'), ...oneAtATime }),
      z.strictObject({ type: z.literal('tool'), name: z.string(), ...oneAtATime }),
      z.strictObject({ type: z.literal('none') }),
    ])
    .nullish(),
  thinking: z
    .discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('enabled'),
        budget_tokens: z.int().positive(),
        display: z.unknown().optional(),
      }),
      z.strictObject({ type: z.literal('disabled') }),
      z.strictObject({ type: z.literal('adaptive'), display: z.unknown().optional() }),
    ])
    .nullish(),
  output_config: z
    .strictObject({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(), format })
    .nullish(),
  output_format: format,
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.enum(['auto', 'standard_only']).nullish(),
  cache_control,
});
type Body = z.infer<typeof body>;
type UserBlock = Extract<Body['messages'][number], { role: 'user' }>['content'][number];
type UserPart = Extract<Prompt[number], { role: 'user' }>['content'][number];
type AssistantPart = Extract<Prompt[number], { role: 'assistant' }>['content'][number];
type ToolPart = Extract<Prompt[number], { role: 'tool' }>['content'][number];
type Output = Extract<ToolPart, { type: 'tool-result' }>['output'];

/** A value that says what it is, such as the type of a block; others are not named, since they may be long or secret. */
function said(root: unknown, path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  let value = root;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof value === 'string' && (last === 'type' || last === 'role') ? ` "${value.slice(0, 60)}"` : '';
}

function read(bytes: Buffer): Body {
  const given: unknown = JSON.parse(bytes.toString('utf8'));
  // A member that is null asks for nothing.
  const parsed = body.safeParse(
    Object.fromEntries(Object.entries(Object(given)).filter(([, value]) => value !== null)),
  );
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).join('.');
  if (issue?.code === 'unrecognized_keys') throw unsupported([path, issue.keys[0]].filter(Boolean).join('.'));
  if (issue?.code === 'invalid_union' || issue?.code === 'invalid_value') {
    throw unsupported(`${path}${said(given, issue.path)}`);
  }
  throw new UpstreamError('bad_request', `${path || 'the body'}: ${issue?.message ?? 'cannot be read'}`, {
    billed: 'no',
  });
}

function filePart(from: z.infer<typeof source>, mediaType: string, filename?: string | null): UserPart {
  const named = filename ? { filename } : {};
  return from.type === 'url'
    ? { type: 'file', mediaType, data: from.url, ...named }
    : { type: 'file', mediaType: from.media_type, data: from.data, ...named };
}

function userPart(block: Exclude<UserBlock, { type: 'tool_result' }>): UserPart {
  if (block.type === 'text') return { type: 'text', text: block.text };
  if (block.type === 'image') return filePart(block.source, 'image/*');
  if (block.source.type === 'text') {
    const { data } = block.source;
    return { type: 'text', text: block.title ? `${block.title}\n\n${data}` : data };
  }
  return filePart(block.source, 'application/pdf', block.title);
}

function outputOf({ content, is_error }: z.infer<typeof resultBlock>): Output {
  const [only, ...more] = content ?? [];
  const kind = is_error ? 'error-text' : 'text';
  if (!content || !only) return { type: kind, value: '' };
  if (only.type === 'text' && more.length === 0) return { type: kind, value: only.text };
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (is_error && texts.length === content.length) return { type: kind, value: texts.join('\n\n') };
  if (is_error) throw unsupported('image in the result of a tool that failed (is_error)');
  return {
    type: 'content',
    value: content.map((part) => {
      if (part.type === 'text') return { type: 'text', text: part.text };
      return part.source.type === 'url'
        ? { type: 'image-url', url: part.source.url }
        : { type: 'image-data', data: part.source.data, mediaType: part.source.media_type };
    }),
  };
}

function promptOf({ system, messages }: Body): Prompt {
  const prompt: Prompt = [];
  const instructions = (system ?? []).map(({ text }) => text).filter((text) => text !== '');
  if (instructions.length > 0) prompt.push({ role: 'system', content: instructions.join('\n\n') });
  const toolNames = new Map<string, string>();
  for (const { role, content } of messages) {
    if (role === 'user') {
      const results = content.filter((block) => block.type === 'tool_result');
      if (results.length > 0) {
        prompt.push({
          role: 'tool',
          content: results.map((block) => ({
            type: 'tool-result',
            toolCallId: block.tool_use_id,
            toolName: toolNames.get(block.tool_use_id) ?? '',
            output: outputOf(block),
          })),
        });
      }
      const parts = content.flatMap((block) =>
        block.type === 'tool_result' || (block.type === 'text' && block.text === '') ? [] : [userPart(block)],
      );
      if (parts.length > 0) prompt.push({ role: 'user', content: parts });
    } else {
      const parts = content.flatMap((block): AssistantPart[] => {
        if (block.type === 'text') return block.text === '' ? [] : [{ type: 'text', text: block.text }];
        if (block.type !== 'tool_use') return [];
        toolNames.set(block.id, block.name);
        return [{ type: 'tool-call', toolCallId: block.id, toolName: block.name, input: block.input }];
      });
      if (parts.length > 0) prompt.push({ role: 'assistant', content: parts });
    }
  }
  return prompt;
}

function toolOf({ name, description, input_schema, strict }: z.infer<typeof tool>): FunctionTool {
  return {
    type: 'function',
    name,
    inputSchema: input_schema,
    ...(description ? { description } : {}),
    ...(strict ? { strict } : {}),
  };
}

function toolChoiceOf(choice: NonNullable<Body['tool_choice']>): NonNullable<CallOptions['toolChoice']> {
  if (choice.type === 'tool') return { type: 'tool', toolName: choice.name };
  return { type: choice.type === 'any' ? 'required' : choice.type };
}

function reasoningOf({ thinking, output_config }: Body): TranslatedCall['reasoning'] {
  const effort = output_config?.effort;
  if (thinking?.type === 'disabled') return { effort: 'none' };
  if (thinking?.type === 'enabled') return { tokens: thinking.budget_tokens };
  if (effort) return { effort: effort === 'max' ? (EFFORTS.at(-1) ?? 'xhigh') : effort };
  return null;
}

function callOf(given: Body): CallOptions {
  const { temperature, top_p, top_k, stop_sequences, tools, tool_choice } = given;
  const wanted = given.output_config?.format ?? given.output_format;
  const call: CallOptions = { prompt: promptOf(given), maxOutputTokens: given.max_tokens };
  // 1 is the default everywhere, and some models refuse the mere mention.
  if (typeof temperature === 'number' && temperature !== 1) call.temperature = temperature;
  if (typeof top_p === 'number' && top_p !== 1) call.topP = top_p;
  if (typeof top_k === 'number') call.topK = top_k;
  if (stop_sequences && stop_sequences.length > 0) call.stopSequences = stop_sequences;
  if (tools && tools.length > 0) call.tools = tools.map(toolOf);
  if (tool_choice) call.toolChoice = toolChoiceOf(tool_choice);
  if (wanted) call.responseFormat = { type: 'json', name: 'answer', schema: wanted.schema };
  return call;
}

export const messageTranslation: Translation = {
  call(bytes) {
    const given = read(bytes);
    const { tool_choice: choice } = given;
    return {
      options: callOf(given),
      reasoning: reasoningOf(given),
      user: given.metadata?.user_id ?? null,
      parallelTools: !(choice && choice.type !== 'none' && choice.disable_parallel_tool_use),
    };
  },
  whole: wholeMessage,
  events: (model) => new MessageEvents(model),
};
