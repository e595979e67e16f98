/** OpenAI's responses towards the client: its request in, the request for the upstream, our own answers out. */
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import { type ResponsesBody, responsesBody, viewOfResponses } from '../../policies/responses.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import { SignalboxError } from '../errors.ts';
import { changedTexts } from './changed-texts.ts';
import { errorDetails } from './error-details.ts';
import { listOf } from './json-value.ts';
import { openAiChat } from './openai-chat.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, FixedAnswer, WholeAnswer } from './protocol.ts';
import { type ReadBody, readBody } from './read-body.ts';
import { ResponseStream, readWholeResponse } from './response-answer.ts';
import { isOwnThought } from './response-document.ts';
import { instructResponse } from './response-instructions.ts';
import { ResponseEvents, wholeResponse } from './response-parts.ts';
import { responseTranslation } from './response-translation.ts';
import { splice } from './splice.ts';

const TOOL_MEMBERS = ['tools', 'tool_choice', 'parallel_tool_calls', 'max_tool_calls'];

/** Refuses what no model behind the gateway can do, and what would be no request at all. */
function checked(read: ReadBody<ResponsesBody>): ReadBody<ResponsesBody> {
  const { background, input, previous_response_id, conversation, prompt } = read.body;
  const wrong = (param: string, why: string) => new SignalboxError('invalid_request', { why, param });
  if (background) {
    throw wrong(
      'background',
      'an answer in the background would come when nobody counts its cost any more. Leave out "background", and use "stream" for long answers',
    );
  }
  if (input == null && !previous_response_id && !conversation && !prompt) {
    throw wrong('input', 'input: it is missing. Send a text or a list of items');
  }
  return read;
}

class ResponseRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #read: ReadBody<ResponsesBody>;

  constructor(read: ReadBody<ResponsesBody>) {
    this.#read = read;
    this.view = viewOfResponses(read.body);
    this.metadata = read.body.metadata ?? {};
  }

  get user(): string | null {
    return this.#read.body.user ?? null;
  }

  outgoing(run: Run, model: Model): Buffer {
    const { bytes, body, members, tree } = this.#read;
    const changes = new Map<string, string | null>();
    if (body.model !== model.name) changes.set('model', JSON.stringify(model.name));
    // A provider looks up the thoughts that it is sent, and has none of another vendor's.
    const foreign = listOf(tree.input).some(isOwnThought);
    if (run.textsChanged || run.instructions.length > 0 || foreign) {
      const changed = changedTexts(tree, run.view.slots, (copy) => {
        instructResponse(copy, run.instructions);
        if (foreign) copy.root.input = listOf(copy.root.input).filter((item) => !isOwnThought(item));
      });
      for (const [name, json] of changed) changes.set(name, json);
    }
    if (members.has('metadata') && body.store !== true) changes.set('metadata', null);
    if (run.outputLimitChanged && run.outputLimit !== null) changes.set('max_output_tokens', String(run.outputLimit));
    const { temperature, top_p, reasoning_effort: effort } = run.parameters;
    if (temperature !== undefined && body.temperature !== temperature) changes.set('temperature', `${temperature}`);
    if (top_p !== undefined && body.top_p !== top_p) changes.set('top_p', `${top_p}`);
    if (effort !== undefined) changes.set('reasoning', JSON.stringify({ ...body.reasoning, effort }));
    if (run.toolsRemoved) for (const name of TOOL_MEMBERS) if (members.has(name)) changes.set(name, null);
    return splice(bytes, members, changes);
  }

  openStream(placeholders: Placeholders | null): AnswerStream {
    return new ResponseStream(this.#restorable(placeholders));
  }

  readWhole(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer {
    return readWholeResponse(bytes, this.#restorable(placeholders));
  }

  /**
   * What a provider keeps of earlier requests has placeholders of theirs, by the same names for other values. A name that
   * is left standing is seen at once, somebody else's value in its place is not.
   */
  #restorable(placeholders: Placeholders | null): Placeholders | null {
    const { previous_response_id, conversation } = this.#read.body;
    return previous_response_id || conversation ? null : placeholders;
  }

  fixedAnswer({ text, model, id, created }: FixedAnswer): Buffer {
    const asked = { body: this.#read.bytes, requestId: id };
    const result = { content: [{ type: 'text' as const, text }], finishReason: ENDED, usage: NO_TOKENS, warnings: [] };
    if (!this.view.stream) return wholeResponse(result, model, created, asked);
    const events = new ResponseEvents(model, created, asked);
    const piece = events.write({ type: 'text-delta', id: 'answer', delta: text });
    const end = events.write({ type: 'finish', finishReason: ENDED, usage: NO_TOKENS });
    return Buffer.from(piece + end + events.end());
  }
}

const ENDED = { unified: 'stop' as const, raw: 'stop' };
const NO_TOKENS = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/** The fields stand where the documentation has them, and once more where the vendor's servers put them: SDKs read either. */
function errorEvent(error: SignalboxError, requestId: string, stream: AnswerStream | null): Buffer {
  const { message, code, type } = error;
  const fields = { code, message, param: null };
  const sequence_number = stream instanceof ResponseStream ? stream.lastNumber + 1 : 0;
  const more = { ...errorDetails(error), request_id: requestId };
  const data = { type: 'error', sequence_number, ...fields, error: { type, ...fields, ...more } };
  return Buffer.from(`event: error\ndata: ${JSON.stringify(data)}\n\n`);
}

export const openAiResponses: ClientProtocol = {
  endpoint: 'responses',
  passedHeaders: [],
  parse: (bytes) => new ResponseRequest(checked(readBody(bytes, responsesBody))),
  errorBody: openAiChat.errorBody,
  errorEvent,
  translation: responseTranslation,
};
