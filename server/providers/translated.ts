/** Calls a model of a vendor who speaks another protocol than the client, through the vendor's package of the AI SDK. */
import type { Dispatcher } from 'undici';
import type { TranslatedCall } from '../wire/translation.ts';
import { wrongHead } from './pass-through.ts';
import { type AnswerSink, type UpstreamCall, UpstreamError, type UpstreamRequest } from './provider.ts';
import { limitsSaid } from './rate-limits.ts';
import { unsupported } from './translate/chat-body.ts';
import { type EmbeddingVendor, embed } from './translate/embed.ts';
import { afterABeginning } from './translate/sdk-failure.ts';
import type { CallOptions, LanguageModel } from './translate/sdk-types.ts';
import { upstreamFetch } from './translate/upstream-fetch.ts';

/** What is a vendor's own in calling its models. */
export interface Vendor {
  readonly dispatcher: Dispatcher;
  /** The options of a call with what the vendor has names of its own for. Throws UpstreamError where it has none. */
  options(call: TranslatedCall, model: string): CallOptions;
  /** The vendor's package, for one model and one call. */
  model(name: string, fetch: typeof globalThis.fetch, options: CallOptions): LanguageModel;
  /** Sees the body before it is sent, and throws where it has lost something that was asked for. */
  check(options: CallOptions, model: string, body: string): void;
  /** What went wrong, from whatever the package or the connection threw. */
  failure(error: unknown): UpstreamError;
  /** The header that holds the vendor's id of the request; null where none does. */
  readonly requestIdHeader: string | null;
  /** How it makes embeddings; not there where it makes none. */
  readonly embeddings?: EmbeddingVendor;
}

/** Holds the reader back while the client is slow; a call that is cancelled waits for nothing. */
class Gate implements UpstreamCall {
  readonly #abort = new AbortController();
  #waiting: Promise<void> | null = null;
  #open: () => void = () => {};

  pause(): void {
    this.#waiting ??= new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.#open();
    this.#waiting = null;
  }

  cancel(): void {
    this.#abort.abort();
    this.resume();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async passed(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }
}

/** What the vendor's package sends with, and the vendor's id of the first request, once its answer has begun. */
function sender(vendor: Vendor, request: UpstreamRequest, sink: AnswerSink, check: (body: string) => void) {
  const heard: { requestId: string | null } = { requestId: null };
  const fetch = upstreamFetch(vendor.dispatcher, request.timeoutMs, check, (status, headers) => {
    const said = limitsSaid(headers, Date.now());
    if (said) sink.limits?.(said);
    const id = vendor.requestIdHeader === null ? undefined : headers[vendor.requestIdHeader];
    if (typeof id === 'string') heard.requestId ??= id;
    const wrong = status < 300 ? wrongHead(headers, request.stream) : null;
    if (wrong !== null) throw new UpstreamError('bad_answer', wrong, { status, billed: 'maybe' });
  });
  return { fetch, heard };
}

async function answer(vendor: Vendor, request: UpstreamRequest, sink: AnswerSink, gate: Gate): Promise<void> {
  const { model, protocol } = request;
  const { translation, embeddings } = protocol;
  const { signal } = gate;
  const giveWhole = async (bytes: Buffer, requestId: string | null) => {
    await gate.passed();
    signal.throwIfAborted();
    sink.head({ status: 200, contentType: 'application/json', requestId });
    sink.data(bytes);
    sink.end();
  };
  if (embeddings && vendor.embeddings) {
    const { fetch, heard } = sender(vendor, request, sink, () => {});
    const bytes = await embed(vendor.embeddings, embeddings, request, fetch, vendor.failure, signal);
    return giveWhole(bytes, heard.requestId);
  }
  if (!translation) throw unsupported(`request of the kind ${protocol.endpoint}`);
  const options = vendor.options(translation.call(request.body), model.name);
  const { fetch, heard } = sender(vendor, request, sink, (body) => vendor.check(options, model.name, body));
  const sdk = vendor.model(model.name, fetch, options);
  const call = { ...options, headers: request.headers, abortSignal: signal };
  const created = Math.floor(Date.now() / 1000);
  const asked = { body: request.body, requestId: request.headers['x-request-id'] ?? '' };

  if (!request.stream) {
    const result = await sdk.doGenerate(call);
    return giveWhole(translation.whole(result, model.name, created, asked), heard.requestId);
  }

  const { stream } = await sdk.doStream(call);
  const reader = stream.getReader();
  const events = translation.events(model.name, created, asked);
  let begun = false;
  const emit = (text: string) => {
    if (text === '') return;
    if (!begun) {
      sink.head({ status: 200, contentType: 'text/event-stream', requestId: heard.requestId });
      begun = true;
    }
    sink.data(Buffer.from(text));
  };
  try {
    for (;;) {
      await gate.passed();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      emit(events.write(value));
    }
    emit(events.end());
    sink.end();
  } catch (error) {
    // Whatever an error in mid-stream would mean in the place of an answer, this one came after a beginning.
    throw signal.aborted ? error : afterABeginning(vendor.failure(error));
  } finally {
    // Frees the connection where the stream was left before its end.
    reader.cancel().catch(() => {});
  }
}

/** Carries a request over to the vendor's protocol, and its answer back into the client's. */
export function sendTranslated(vendor: Vendor, request: UpstreamRequest, sink: AnswerSink): UpstreamCall {
  const gate = new Gate();
  // Later, so that the caller holds the call before its first event.
  Promise.resolve()
    .then(() => {
      if (gate.signal.aborted) throw new UpstreamError('aborted', 'the call was ended', { billed: 'no' });
      return answer(vendor, request, sink, gate);
    })
    .catch((error: unknown) => {
      const gone = gate.signal.aborted && !(error instanceof UpstreamError);
      sink.fail(gone ? new UpstreamError('aborted', 'the call was ended', { billed: 'maybe' }) : vendor.failure(error));
    });
  return gate;
}
