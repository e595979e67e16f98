/** The OpenAI chat protocol towards the client: its request in, the request for the upstream, our own answers out. */
import { type ChatBody, chatBody, viewOfChat } from '../../policies/chat.ts';
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { SignalboxError } from '../errors.ts';
import { ChatStream, readWhole } from './chat-answer.ts';
import { changedTexts } from './chat-texts.ts';
import { chatTranslation } from './chat-translation.ts';
import { type Member, scanObject } from './json-scan.ts';
import type { JsonObject } from './json-value.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, FixedAnswer, WholeAnswer } from './protocol.ts';
import { splice } from './splice.ts';

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

function parse(bytes: Buffer): ChatRequest {
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
  return new ChatRequest(bytes, parsed.data, members, tree);
}

/** The two names that the limit on the answer goes by. */
const TOKEN_LIMITS = ['max_tokens', 'max_completion_tokens'] as const;
type TokenLimitField = (typeof TOKEN_LIMITS)[number];
const TOOL_MEMBERS = ['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call'];

class ChatRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #bytes: Buffer;
  readonly #body: ChatBody;
  readonly #members: ReadonlyMap<string, Member>;
  /** The body exactly as it parses; what is serialised again comes from here. */
  readonly #tree: JsonObject;

  constructor(bytes: Buffer, body: ChatBody, members: ReadonlyMap<string, Member>, tree: JsonObject) {
    this.#bytes = bytes;
    this.#body = body;
    this.#members = members;
    this.#tree = tree;
    this.view = viewOfChat(body);
    this.metadata = metadataOf(body);
  }

  get user(): string | null {
    return this.#body.user ?? null;
  }

  /** The client wants the stream's usage event. */
  get #usageAsked(): boolean {
    return this.#body.stream_options?.include_usage === true;
  }

  outgoing(run: Run, model: Model): Buffer {
    const body = this.#body;
    const members = this.#members;
    const changes = new Map<string, string | null>();
    if (body.model !== model.name) changes.set('model', JSON.stringify(model.name));
    // Every stream is asked for its usage; the event that only says that is dropped where the client did not ask.
    if (body.stream && !this.#usageAsked) {
      changes.set('stream_options', JSON.stringify({ ...body.stream_options, include_usage: true }));
    }
    if (members.has('metadata') && body.store !== true) changes.set('metadata', null);
    if (run.outputLimitChanged && run.outputLimit !== null) {
      for (const field of this.#limitFields(model)) changes.set(field, String(run.outputLimit));
    }
    for (const [name, value] of Object.entries(run.parameters)) {
      if (value !== undefined && body[name] !== value) changes.set(name, JSON.stringify(value));
    }
    if (run.toolsRemoved) for (const name of TOOL_MEMBERS) if (members.has(name)) changes.set(name, null);
    if (run.textsChanged || run.instructions.length > 0) {
      for (const [name, json] of changedTexts(this.#tree, run.view.slots, run.instructions)) changes.set(name, json);
    }
    return splice(this.#bytes, members, changes);
  }

  /** OpenAI's newer models know only the newer name; most compatible servers only the older. */
  #limitFields(model: Model): readonly TokenLimitField[] {
    const set = TOKEN_LIMITS.filter((field) => this.#body[field] != null);
    if (set.length > 0) return set;
    const whenNone = model.provider === 'openai' ? 'max_completion_tokens' : 'max_tokens';
    return [TOKEN_LIMITS.find((field) => this.#members.has(field)) ?? whenNone];
  }

  openStream(placeholders: Placeholders | null): AnswerStream {
    return new ChatStream({
      usageAsked: this.#usageAsked,
      placeholders,
      keepText: true,
      choices: this.view.choices,
    });
  }

  readWhole(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
    return readWhole(bytes, placeholders);
  }

  fixedAnswer(answer: FixedAnswer): Buffer {
    return this.view.stream ? fixedStream(answer, this.#usageAsked) : fixedDocument(answer);
  }
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

function errorBody(error: SignalboxError, requestId: string): Buffer {
  return Buffer.from(JSON.stringify(errorObject(error, requestId)));
}

function errorEvent(error: SignalboxError, requestId: string): Buffer {
  return Buffer.from(eventOf(errorObject(error, requestId)));
}

function eventOf(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function fixedDocument({ text, id, created, model }: FixedAnswer): Buffer {
  const message = { role: 'assistant', content: text, refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
  return Buffer.from(JSON.stringify({ id, object: 'chat.completion', created, model, choices, usage: NO_TOKENS }));
}

function fixedStream({ text, id, created, model }: FixedAnswer, usageAsked: boolean): Buffer {
  const event = (choices: readonly unknown[], more: object = {}) =>
    eventOf({ id, object: 'chat.completion.chunk', created, model, choices, ...more });
  const delta = (fields: object, finish: string | null = null) =>
    event([{ index: 0, delta: fields, logprobs: null, finish_reason: finish }]);
  const events = [delta({ role: 'assistant', content: '' }), delta({ content: text }), delta({}, 'stop')];
  if (usageAsked) events.push(event([], { usage: NO_TOKENS }));
  return Buffer.from(`${events.join('')}data: [DONE]\n\n`);
}

export const openAiChat: ClientProtocol = {
  endpoint: 'chat.completions',
  parse,
  errorBody,
  errorEvent,
  translation: chatTranslation,
};
