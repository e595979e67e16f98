/** The body of a response's request, as far as it can be carried over to models of other vendors. */
import { z } from 'zod';
import { UpstreamError } from '../providers/provider.ts';
import { unsupported } from '../providers/translate/chat-body.ts';
import type { JsonSchema } from '../providers/translate/sdk-types.ts';
import { EFFORTS } from './translation.ts';

/** What answers carry and clients send back unread. */
const unread = z.unknown().optional();

const text = z.strictObject({
  type: z.enum(['input_text', 'output_text']),
  text: z.string(),
  annotations: unread,
  logprobs: unread,
});
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
const image = z.strictObject({
  type: z.literal('input_image'),
  image_url: z.string().nullish(),
  file_id: z.string().nullish(),
  detail: z.string().nullish(),
});
const file = z.strictObject({
  type: z.literal('input_file'),
  file_data: z.string().nullish(),
  file_url: z.string().nullish(),
  filename: z.string().nullish(),
  file_id: z.string().nullish(),
  detail: z.string().nullish(),
});

function contentOf<Part extends z.ZodType>(part: Part) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? [{ type: 'input_text', text: value }] : value),
    z.array(part),
  );
}

const given = { id: z.string().nullish(), status: z.string().nullish() };
const message = z.discriminatedUnion('role', [
  z.strictObject({
    ...given,
    type: z.literal('message'),
    role: z.literal('user'),
    content: contentOf(z.discriminatedUnion('type', [text, image, file])),
  }),
  z.strictObject({
    ...given,
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: contentOf(z.discriminatedUnion('type', [text, refusal])),
    phase: unread,
  }),
  z.strictObject({
    ...given,
    type: z.literal('message'),
    role: z.enum(['system', 'developer']),
    content: contentOf(text),
  }),
]);
const call = z.strictObject({
  ...given,
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
  // Added by the vendor's SDK when it reads an answer.
  parsed_arguments: unread,
});
const callOutput = z.strictObject({
  ...given,
  type: z.literal('function_call_output'),
  call_id: z.string(),
  output: contentOf(z.discriminatedUnion('type', [text, image])),
});
// What a model has thought is of no use to another vendor's.
const reasoning = z.looseObject({ type: z.literal('reasoning') });

/** Items may leave out what they are where they have a role. */
const item = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && Reflect.get(value, 'type') == null
      ? { ...value, type: Reflect.get(value, 'role') === undefined ? 'item_reference' : 'message' }
      : value,
  z.discriminatedUnion('type', [message, call, callOutput, reasoning]),
);

const jsonSchema = z.custom<JsonSchema>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON Schema',
);
const tool = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('function'),
    name: z.string(),
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
]);
const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z.string(),
    schema: jsonSchema,
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
  }),
]);

const body = z.strictObject({
  model: z.string(),
  input: z.union([z.string().transform((value) => [userText(value)]), z.array(z.unknown())]).pipe(z.array(item).min(1)),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  background: z.literal(false).nullish(),
  max_output_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.strictObject({ type: z.literal('function'), name: z.string() })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.strictObject({ format: format.nullish(), verbosity: z.literal('medium').nullish() }).nullish(),
  // Thoughts are shown where a vendor shows them, however they were asked for.
  reasoning: z.strictObject({ effort: z.enum(EFFORTS).nullish(), summary: unread, generate_summary: unread }).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.enum(['auto', 'default']).nullish(),
  truncation: z.literal('disabled').nullish(),
  store: z.literal(false).nullish(),
  // State of a model's thoughts: where it has none to give, the answer is the same.
  include: z.array(z.literal('reasoning.encrypted_content')).nullish(),
  top_logprobs: z.literal(0).nullish(),
  // These change how a request is kept or sent, not what it asks for.
  stream_options: unread,
  metadata: unread,
  prompt_cache_key: unread,
  prompt_cache_retention: unread,
  // A limit on hosted tools, of which there are none here.
  max_tool_calls: unread,
});
export type CarriedBody = z.infer<typeof body>;

function userText(value: string) {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text: value }] };
}

/** Members that name what a provider keeps, in words. */
const STATE = {
  previous_response_id: 'an earlier answer',
  conversation: 'a conversation',
  prompt: 'a stored prompt',
} as const;

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

/** What was asked for, by its place and, where it is short and says what it is, its value. */
function named(root: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(root, path);
  const type = typeof value === 'object' && value !== null ? Reflect.get(value, 'type') : value;
  const said = typeof type === 'string' || typeof type === 'boolean' ? ` "${String(type).slice(0, 60)}"` : '';
  return `${path.join('.')}${said}`;
}

/**
 * Reads a body. Throws `UpstreamError('unsupported')`, naming the first thing that cannot be carried over, or
 * `UpstreamError('bad_request')` for a body that breaks the protocol itself.
 */
export function readCarriedBody(bytes: Buffer): CarriedBody {
  const raw: unknown = JSON.parse(bytes.toString('utf8'));
  const asked = Object.fromEntries(Object.entries(Object(raw)).filter(([, value]) => value !== null));
  for (const [name, what] of Object.entries(STATE)) {
    if (asked[name] === undefined) continue;
    const why = `this provider keeps nothing between requests, so ${what} cannot be named by its id (${name})`;
    throw new UpstreamError('unsupported', `${why}; send the whole conversation in "input"`, { billed: 'no' });
  }
  const parsed = body.safeParse(asked);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') throw unsupported([...path, issue.keys[0]].join('.'));
  if (issue?.code === 'invalid_union' || issue?.code === 'invalid_value') throw unsupported(named(asked, path));
  throw new UpstreamError('bad_request', `${path.join('.') || 'the body'}: ${issue?.message ?? 'cannot be read'}`, {
    billed: 'no',
  });
}
