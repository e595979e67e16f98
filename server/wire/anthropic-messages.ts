/** Anthropic's messages towards the client: its request in, the request for the upstream, our own answers out. */
import { type MessagesBody, messagesBody, viewOfMessages } from '../../policies/messages.ts';
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import type { SignalboxError } from '../errors.ts';
import { changedTexts } from './changed-texts.ts';
import { errorDetails } from './error-details.ts';
import { MessageStream, readWholeMessage } from './message-answer.ts';
import { instructMessages } from './message-instructions.ts';
import { messageTranslation } from './message-translation.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, FixedAnswer, WholeAnswer } from './protocol.ts';
import { metadataOf, type ReadBody, readBody } from './read-body.ts';
import { splice } from './splice.ts';

const TOOL_MEMBERS = ['tools', 'tool_choice'];

/** Members of `metadata` that are the vendor's; the others are said to us. */
const VENDOR_METADATA = new Set(['user_id']);

/** Tokens of thought by effort where the model does not choose by itself; the vendor's least is 1,024. */
const THOUGHT = { minimal: 1024, low: 2048, medium: 8192, high: 16_384 } as const;

class MessageRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #read: ReadBody<MessagesBody>;

  constructor(read: ReadBody<MessagesBody>) {
    this.#read = read;
    this.view = viewOfMessages(read.body);
    const { user_id: _, ...said } = read.body.metadata ?? {};
    this.metadata = metadataOf(said);
  }

  get user(): string | null {
    return this.#read.body.metadata?.user_id ?? null;
  }

  outgoing(run: Run, model: Model): Buffer {
    const { bytes, body, members, tree } = this.#read;
    const changes = new Map<string, string | null>();
    if (body.model !== model.name) changes.set('model', JSON.stringify(model.name));
    if (run.outputLimitChanged && run.outputLimit !== null) changes.set('max_tokens', String(run.outputLimit));
    const { temperature, top_p, reasoning_effort: effort } = run.parameters;
    if (temperature !== undefined && body.temperature !== temperature) changes.set('temperature', `${temperature}`);
    if (top_p !== undefined && body.top_p !== top_p) changes.set('top_p', `${top_p}`);
    if (effort !== undefined) changes.set('thinking', JSON.stringify(thinkingOf(effort, run.outputLimit)));
    if (run.toolsRemoved) for (const name of TOOL_MEMBERS) if (members.has(name)) changes.set(name, null);
    if (run.textsChanged || run.instructions.length > 0) {
      const changed = changedTexts(tree, run.view.slots, (copy) => instructMessages(copy, run.instructions));
      for (const [name, json] of changed) changes.set(name, json);
    }
    this.#keepVendorMetadata(changes);
    return splice(bytes, members, changes);
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

interface Event {
  readonly type: string;
  readonly [member: string]: unknown;
}

const eventOf = (data: Event): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** How a model is told to think as hard as a policy says: by tokens, which count towards the limit on the answer. */
function thinkingOf(effort: keyof typeof THOUGHT, limit: number | null): object {
  const most = limit === null ? THOUGHT[effort] : Math.floor(limit / 2);
  const budget_tokens = Math.min(THOUGHT[effort], most);
  return budget_tokens < THOUGHT.minimal ? { type: 'disabled' } : { type: 'enabled', budget_tokens };
}

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
