/** The OpenAI chat protocol towards the client: its request in, the request for the upstream, our own answers out. */
import { type ChatBody, chatBody, viewOfChat } from '../../policies/chat.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { SignalboxError } from '../errors.ts';
import { changedTexts } from './chat-texts.ts';
import { type Member, scanObject } from './json-scan.ts';
import type { JsonObject } from './json-value.ts';
import { splice } from './splice.ts';

export interface ParsedChat {
  readonly bytes: Buffer;
  readonly view: RequestView;
  readonly body: ChatBody;
  readonly members: ReadonlyMap<string, Member>;
  /** The body exactly as it parses; what is serialised again comes from here. */
  readonly tree: JsonObject;
  /** What the client says about the request in the body's `metadata`; values that are not scalars are left out. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The client wants the stream's usage event. */
  readonly usageAsked: boolean;
}

const NO_METADATA: Readonly<Record<string, string>> = {};
const READ_MEMBERS = new Set(Object.keys(chatBody.shape));

function metadataOf(body: ChatBody): Readonly<Record<string, string>> {
  if (!body.metadata) return NO_METADATA;
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(body.metadata)) {
    if (typeof value === 'string') entries.push([name, value]);
    else if (typeof value === 'number' || typeof value === 'boolean') entries.push([name, String(value)]);
  }
  return Object.fromEntries(entries);
}

/**
 * Understands the body of a chat completion. Throws SignalboxError: `invalid_json`, `duplicate_key`, `too_deep`,
 * `invalid_request`.
 */
export function parse(bytes: Buffer): ParsedChat {
  const { value: tree, members } = scanObject(bytes);
  for (const name of members.keys()) {
    // Some upstreams match names without regard to case, and would read a member that no policy has seen.
    if (!READ_MEMBERS.has(name) && READ_MEMBERS.has(name.toLowerCase())) {
      throw new SignalboxError('invalid_request', { why: `"${name}" has to be written "${name.toLowerCase()}"` });
    }
  }
  const parsed = chatBody.safeParse(tree);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new SignalboxError('invalid_request', {
      why: `${where}${issue?.message ?? 'it does not fit the protocol'}`,
      param: issue?.path.join('.'),
    });
  }
  const body = parsed.data;
  return {
    bytes,
    view: viewOfChat(body),
    body,
    members,
    tree,
    metadata: metadataOf(body),
    usageAsked: body.stream_options?.include_usage === true,
  };
}

/** The two names that the limit on the answer goes by. */
export type TokenLimitField = 'max_tokens' | 'max_completion_tokens';
const TOKEN_LIMITS: readonly TokenLimitField[] = ['max_tokens', 'max_completion_tokens'];
const TOOL_MEMBERS = ['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call'];

function limitFields(parsed: ParsedChat, whenNone: TokenLimitField): readonly TokenLimitField[] {
  const set = TOKEN_LIMITS.filter((field) => parsed.body[field] != null);
  if (set.length > 0) return set;
  return [TOKEN_LIMITS.find((field) => parsed.members.has(field)) ?? whenNone];
}

/**
 * The bytes for the upstream: the client's own with the run's changes spliced in, the same buffer when nothing differs.
 * `modelName` is the provider's name for the model; `tokenLimitField` is used where the client set no limit.
 */
export function outgoing(
  parsed: ParsedChat,
  run: Run,
  modelName: string,
  options: { readonly includeUsage: boolean; readonly tokenLimitField: TokenLimitField },
): Buffer {
  const { body, members } = parsed;
  const changes = new Map<string, string | null>();
  if (body.model !== modelName) changes.set('model', JSON.stringify(modelName));
  if (options.includeUsage && body.stream && !parsed.usageAsked) {
    changes.set('stream_options', JSON.stringify({ ...body.stream_options, include_usage: true }));
  }
  if (members.has('metadata') && body.store !== true) changes.set('metadata', null);
  if (run.outputLimitChanged && run.outputLimit !== null) {
    for (const field of limitFields(parsed, options.tokenLimitField)) changes.set(field, String(run.outputLimit));
  }
  for (const [name, value] of Object.entries(run.parameters)) {
    if (value !== undefined && body[name] !== value) changes.set(name, JSON.stringify(value));
  }
  if (run.toolsRemoved) for (const name of TOOL_MEMBERS) if (members.has(name)) changes.set(name, null);
  if (run.textsChanged || run.instructions.length > 0) {
    for (const [name, json] of changedTexts(parsed.tree, run.view.slots, run.instructions)) changes.set(name, json);
  }
  return splice(parsed.bytes, members, changes);
}

/** Details of an error that an app can act on without reading the sentence. */
const ERROR_DETAILS = ['budget', 'scope', 'limit', 'spent', 'used', 'held', 'amount', 'resets_at', 'owner', 'link'];

function errorObject(error: SignalboxError, requestId: string): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const name of ERROR_DETAILS) if (error.details[name] !== undefined) details[name] = error.details[name];
  const param = error.details.param;
  return {
    error: {
      message: error.message,
      type: error.type,
      code: error.code,
      param: typeof param === 'string' && param !== '' ? param : null,
      ...details,
      request_id: requestId,
    },
  };
}

/** The error as the body of an answer. */
export function errorBody(error: SignalboxError, requestId: string): Buffer {
  return Buffer.from(JSON.stringify(errorObject(error, requestId)));
}

/** The error as the last event of a stream that has already begun. */
export function errorEvent(error: SignalboxError, requestId: string): Buffer {
  return Buffer.from(eventOf(errorObject(error, requestId)));
}

function eventOf(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export interface FixedAnswer {
  readonly text: string;
  readonly model: string;
  /** Id of the completion. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly stream: boolean;
  readonly usageAsked: boolean;
}

/** A complete answer that no model gave: one JSON document, or the events of a stream down to `[DONE]`. */
export function fixedAnswer(answer: FixedAnswer): Buffer {
  const { text, id, created, model } = answer;
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  if (!answer.stream) {
    const message = { role: 'assistant', content: text, refusal: null };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
    return Buffer.from(JSON.stringify({ id, object: 'chat.completion', created, model, choices, usage }));
  }
  const event = (choices: readonly unknown[], more: object = {}) =>
    eventOf({ id, object: 'chat.completion.chunk', created, model, choices, ...more });
  const delta = (fields: object, finish: string | null = null) =>
    event([{ index: 0, delta: fields, logprobs: null, finish_reason: finish }]);
  const events = [delta({ role: 'assistant', content: '' }), delta({ content: text }), delta({}, 'stop')];
  if (answer.usageAsked) events.push(event([], { usage }));
  return Buffer.from(`${events.join('')}data: [DONE]\n\n`);
}
