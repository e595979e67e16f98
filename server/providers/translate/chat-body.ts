import { z } from 'zod';
import { UpstreamError } from '../provider.ts';
import type { JsonSchema } from './sdk-types.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  // `detail` is a wish about effort, which other vendors choose themselves.
  image_url: z.strictObject({ url: z.string(), detail: z.string().nullish() }),
});
const filePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({ file_data: z.string(), filename: z.string().nullish() }),
});
const refusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });

function contentOf<Part extends z.ZodType>(part: Part) {
  return z.preprocess((value) => (typeof value === 'string' ? [{ type: 'text', text: value }] : value), z.array(part));
}

const instructions = contentOf(z.discriminatedUnion('type', [textPart]));

const toolCall = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    id: z.string(),
    function: z.strictObject({ name: z.string(), arguments: z.string() }),
  }),
]);

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: instructions }),
  z.strictObject({ role: z.literal('developer'), content: instructions }),
  z.strictObject({
    role: z.literal('user'),
    content: contentOf(z.discriminatedUnion('type', [textPart, imagePart, filePart])),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: contentOf(z.discriminatedUnion('type', [textPart, refusalPart])).nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
    // What answers of the protocol carry and clients send back unread; thoughts without a signature are of no use.
    reasoning_content: z.string().nullish(),
    annotations: z.array(z.unknown()).nullish(),
    audio: z.null().optional(),
    function_call: z.null().optional(),
  }),
  z.strictObject({
    role: z.literal('tool'),
    tool_call_id: z.string(),
    // Says again what the call already says.
    name: z.string().nullish(),
    content: contentOf(z.discriminatedUnion('type', [textPart])),
  }),
]);

const jsonSchema = z.custom<JsonSchema>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON Schema',
);

const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    function: z.strictObject({
      name: z.string(),
      description: z.string().nullish(),
      parameters: jsonSchema.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const namedTool = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string(),
      description: z.string().nullish(),
      schema: jsonSchema.nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const chatBody = z.object({
  messages: z.array(message).min(1),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .preprocess(
      (value) => (typeof value === 'string' ? { type: value } : value),
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none') }),
        z.strictObject({ type: z.literal('auto') }),
        z.strictObject({ type: z.literal('required') }),
        ...namedTool.options,
      ]),
    )
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
});

/** A chat body of which everything can be carried over to another vendor's protocol. */
export type ChatBody = z.infer<typeof chatBody>;

/** Settings that another protocol lacks, with the values that ask for nothing and so lose nothing. */
const HARMLESS: Readonly<Record<string, (value: unknown) => boolean>> = {
  model: () => true,
  stream: () => true,
  stream_options: () => true,
  metadata: () => true,
  // Hints to the vendor's caches: the answer is the same without them.
  prompt_cache_key: () => true,
  prompt_cache_retention: () => true,
  prediction: () => true,
  n: (value) => value === 1,
  store: (value) => value === false,
  logprobs: (value) => value === false,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
  logit_bias: (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  service_tier: (value) => value === 'auto' || value === 'default',
  verbosity: (value) => value === 'medium',
};

/** The error for what the vendor's protocol has no place for; nothing was sent. */
export function unsupported(what: string): UpstreamError {
  return new UpstreamError('unsupported', `this provider's protocol has no ${what}`, { billed: 'no' });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

/**
 * Reads a chat body. Throws `UpstreamError('unsupported')`, naming the first thing that cannot be carried over, or
 * `UpstreamError('bad_request')` for a body that breaks the chat protocol itself.
 */
export function readChatBody(bytes: Buffer): ChatBody {
  let raw: unknown;
  try {
    raw = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new UpstreamError('bad_request', 'the body is not JSON', { billed: 'no' });
  }
  if (typeof raw === 'object' && raw !== null) {
    for (const [key, value] of Object.entries(raw)) {
      if (Object.hasOwn(chatBody.shape, key) || value === null) continue;
      if (!(Object.hasOwn(HARMLESS, key) && HARMLESS[key]?.(value))) {
        const scalar = typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
        throw unsupported(scalar ? `${key} ${String(value).slice(0, 60)}` : key);
      }
    }
  }
  const parsed = chatBody.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined ? [] : issue.path;
  if (issue?.code === 'unrecognized_keys') throw unsupported([...path, issue.keys[0] ?? ''].join('.'));
  const value = valueAt(raw, path);
  if (issue?.code === 'invalid_union' && typeof value === 'string') {
    throw unsupported(`${path.join('.')} "${value.slice(0, 60)}"`);
  }
  throw new UpstreamError('bad_request', `${path.join('.') || 'the body'}: ${issue?.message ?? 'cannot be read'}`, {
    billed: 'no',
  });
}
