/** The OpenAI chat protocol towards the client: its request in, the request for the upstream, our own answers out. */
import { type ChatBody, chatBody, viewOfChat } from '../../policies/chat.ts';
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import type { SignalboxError } from '../errors.ts';
import { changedTexts } from './changed-texts.ts';
import { ChatStream, readWhole } from './chat-answer.ts';
import { instruct } from './chat-instructions.ts';
import { chatTranslation } from './chat-translation.ts';
import { errorDetails } from './error-details.ts';
import type { Member } from './json-scan.ts';
import type { JsonObject } from './json-value.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, FixedAnswer, WholeAnswer } from './protocol.ts';
import { type ReadBody, readBody } from './read-body.ts';
import { splice } from './splice.ts';

function parse(bytes: Buffer): ChatRequest {
  return new ChatRequest(readBody(bytes, chatBody));
}

/** The two names that the limit on the answer goes by. */
const TOKEN_LIMITS = ['max_tokens', 'max_completion_tokens'] as const;
type TokenLimitField = (typeof TOKEN_LIMITS)[number];
const TOOL_MEMBERS = ['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call'];

class ChatRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #bytes: Buffer;
  readonly #body: ChatBody;
  readonly #members: ReadonlyMap<string, Member>;
  /** The body exactly as it parses; what is serialised again comes from here. */
  readonly #tree: JsonObject;

  constructor({ bytes, body, members, tree }: ReadBody<ChatBody>) {
    this.#bytes = bytes;
    this.#body = body;
    this.#members = members;
    this.#tree = tree;
    this.view = viewOfChat(body);
    this.metadata = body.metadata ?? {};
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
      const instructed = changedTexts(this.#tree, run.view.slots, (copy) => instruct(copy, run.instructions));
      for (const [name, json] of instructed) changes.set(name, json);
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

function errorObject(error: SignalboxError, requestId: string): Record<string, unknown> {
  const param = error.details.param;
  return {
    error: {
      message: error.message,
      type: error.type,
      code: error.code,
      param: typeof param === 'string' && param !== '' ? param : null,
      ...errorDetails(error),
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
  passedHeaders: [],
  parse,
  errorBody,
  errorEvent,
  translation: chatTranslation,
};
