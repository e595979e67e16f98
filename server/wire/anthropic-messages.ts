/** Anthropic's messages towards the client: its request in, the request for the upstream, our own answers out. */
import { countedMessagesBody, type MessagesBody, messagesBody, viewOfMessages } from '../../policies/messages.ts';
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import type { SignalboxError } from '../errors.ts';
import { changedTexts, isContainer, type TreeCopy } from './changed-texts.ts';
import { errorDetails } from './error-details.ts';
import { MessageStream, readWholeMessage } from './message-answer.ts';
import { instructMessages } from './message-instructions.ts';
import { THINKS_BY_TOKENS, THOUGHT, thinkingWithin } from './message-thinking.ts';
import { messageTranslation } from './message-translation.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, FixedAnswer, WholeAnswer } from './protocol.ts';
import { type ReadBody, readBody } from './read-body.ts';
import { splice } from './splice.ts';

const TOOL_MEMBERS = ['tools', 'tool_choice', 'mcp_servers'];

/** Members that say how an answer is made, and that the vendor refuses where it only counts the request. */
const ANSWER_MEMBERS = [
  ...['max_tokens', 'stream', 'metadata', 'stop_sequences', 'temperature', 'top_p', 'top_k'],
  ...['service_tier', 'container', 'inference_geo'],
];

/** Members of `metadata` that are the vendor's; the others are said to us. */
const VENDOR_METADATA = new Set(['user_id']);

class MessageRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #read: ReadBody<MessagesBody>;

  constructor(read: ReadBody<MessagesBody>) {
    this.#read = read;
    this.view = viewOfMessages(read.body);
    const { user_id: _, ...said } = read.body.metadata ?? {};
    this.metadata = said;
  }

  get user(): string | null {
    return this.#read.body.metadata?.user_id ?? null;
  }

  outgoing(run: Run, model: Model): Buffer {
    const { body, bytes, members } = this.#read;
    const changes = this.#changes(run, model);
    if (run.outputLimitChanged && run.outputLimit !== null) changes.set('max_tokens', String(run.outputLimit));
    const { temperature, top_p } = run.parameters;
    if (temperature !== undefined && body.temperature !== temperature) changes.set('temperature', `${temperature}`);
    if (top_p !== undefined && body.top_p !== top_p) changes.set('top_p', `${top_p}`);
    this.#keepVendorMetadata(changes);
    return splice(bytes, members, changes);
  }

  /** The same request without what it says of the answer. */
  withoutAnswer(run: Run, model: Model): Buffer {
    const { bytes, members } = this.#read;
    const changes = this.#changes(run, model);
    for (const name of ANSWER_MEMBERS) changes.set(name, null);
    return splice(bytes, members, changes);
  }

  /** What the run has changed of all that the model reads. */
  #changes(run: Run, model: Model): Map<string, string | null> {
    const { body, tree } = this.#read;
    const changes = new Map<string, string | null>();
    if (body.model !== model.name) changes.set('model', JSON.stringify(model.name));
    this.#think(run, model, changes);
    if (run.toolsRemoved) this.#removeTools(changes);
    const unsigned = body.messages.some(({ content }) => Array.isArray(content) && content.some(isUnsigned));
    if (run.textsChanged || run.instructions.length > 0 || unsigned) {
      const changed = changedTexts(tree, run.view.slots, (copy) => {
        instructMessages(copy, run.instructions);
        if (unsigned) dropUnsigned(copy);
      });
      for (const [name, json] of changed) changes.set(name, json);
    }
    return changes;
  }

  /** As hard as the policy says, and within the limit on the answer. */
  #think(run: Run, model: Model, changes: Map<string, string | null>): void {
    const { thinking, output_config: config } = this.#read.body;
    const { reasoning_effort: effort } = run.parameters;
    const limit = run.outputLimit;
    const wanted = thinking?.budget_tokens;
    if (effort !== undefined && THINKS_BY_TOKENS.test(model.name)) {
      changes.set('thinking', JSON.stringify(thinkingWithin(THOUGHT[effort], limit)));
    } else if (effort !== undefined) {
      changes.set('thinking', JSON.stringify({ type: 'adaptive' }));
      changes.set('output_config', JSON.stringify({ ...config, effort: effort === 'minimal' ? 'low' : effort }));
    } else if (run.outputLimitChanged && limit !== null && typeof wanted === 'number' && wanted >= limit) {
      changes.set('thinking', JSON.stringify(thinkingWithin(wanted, limit)));
    }
  }

  /** A conversation in which tools were called needs their definitions: there, none may be called any more. */
  #removeTools(changes: Map<string, string | null>): void {
    const { body, members } = this.#read;
    const called = body.messages.some(
      ({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'tool_use'),
    );
    if (called && body.tools && body.tools.length > 0) changes.set('tool_choice', '{"type":"none"}');
    else for (const name of TOOL_MEMBERS) if (members.has(name)) changes.set(name, null);
  }

  /** The vendor refuses members of `metadata` that it does not know. */
  #keepVendorMetadata(changes: Map<string, string | null>): void {
    const { body, tree } = this.#read;
    if (!body.metadata || Object.keys(body.metadata).every((name) => VENDOR_METADATA.has(name))) return;
    const now: unknown = JSON.parse(changes.get('metadata') ?? JSON.stringify(tree.metadata));
    const entries = Object.entries(Object(now)).filter(([name]) => VENDOR_METADATA.has(name));
    changes.set('metadata', entries.length === 0 ? null : JSON.stringify(Object.fromEntries(entries)));
  }

  openStream(placeholders: Placeholders | null): AnswerStream {
    return new MessageStream(placeholders);
  }

  readWhole(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
    return readWholeMessage(bytes, placeholders);
  }

  fixedAnswer({ text, id, model }: FixedAnswer): Buffer {
    const usage = { input_tokens: 0, output_tokens: 0 };
    const message = { id, type: 'message', role: 'assistant', model, stop_sequence: null, usage };
    if (!this.view.stream) {
      const content = [{ type: 'text', text }];
      return Buffer.from(JSON.stringify({ ...message, content, stop_reason: 'end_turn' }));
    }
    const events = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
      { type: 'message_stop' },
    ];
    return Buffer.from(events.map(eventOf).join(''));
  }
}

/** A request of which only the tokens are to be counted. */
class CountedMessageRequest extends MessageRequest {
  override outgoing(run: Run, model: Model): Buffer {
    return this.withoutAnswer(run, model);
  }
}

/** A thought of a model of another vendor, which has no signature: this one refuses it. */
const isUnsigned = (block: object): boolean =>
  'type' in block && block.type === 'thinking' && (!('signature' in block) || block.signature === '');

function dropUnsigned({ root }: TreeCopy): void {
  if (!Array.isArray(root.messages)) return;
  root.messages = root.messages.flatMap((message: unknown) => {
    const content: unknown = isContainer(message) ? Reflect.get(message, 'content') : null;
    if (!Array.isArray(content)) return [message];
    const left = content.filter((block) => !(isContainer(block) && isUnsigned(block)));
    return left.length === 0 && content.length > 0 ? [] : [{ ...Object(message), content: left }];
  });
}

interface Event {
  readonly type: string;
  readonly [member: string]: unknown;
}

const eventOf = (data: Event): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The vendor's error types, by which its SDKs choose a class and decide whether to try again. */
function vendorType({ status }: SignalboxError): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 413) return 'request_too_large';
  if (status === 429) return 'rate_limit_error';
  if (status === 503 || status === 529) return 'overloaded_error';
  return status >= 500 ? 'api_error' : 'invalid_request_error';
}

function errorObject(error: SignalboxError, requestId: string): Event {
  const { code, message } = error;
  return {
    type: 'error',
    error: { type: vendorType(error), message, code, ...errorDetails(error) },
    request_id: requestId,
  };
}

export const anthropicMessages: ClientProtocol = {
  endpoint: 'messages',
  passedHeaders: ['anthropic-beta'],
  parse: (bytes) => new MessageRequest(readBody(bytes, messagesBody)),
  errorBody: (error, requestId) => Buffer.from(JSON.stringify(errorObject(error, requestId))),
  errorEvent: (error, requestId) => Buffer.from(eventOf(errorObject(error, requestId))),
  translation: messageTranslation,
};

/** Requests for a count of a message's tokens. */
export const countedMessages: ClientProtocol = {
  ...anthropicMessages,
  counts: true,
  parse: (bytes) => new CountedMessageRequest(readBody(bytes, countedMessagesBody)),
};
