/** Embeddings by way of a vendor's package: in as many calls as the vendor needs, under one deadline, ended together. */
import type { EmbeddingCall, EmbeddingTranslation } from '../../wire/embedding-translation.ts';
import { UpstreamError, type UpstreamRequest } from '../provider.ts';
import { afterABeginning } from './sdk-failure.ts';
import type { EmbeddingModel, EmbeddingOptions, EmbeddingResult } from './sdk-types.ts';

/** What is a vendor's own in making embeddings. */
export interface EmbeddingVendor {
  /** What was asked for, in the vendor's words. Throws UpstreamError where it has none. */
  options(call: EmbeddingCall, model: string): EmbeddingOptions;
  /** The vendor's package, for one model. */
  model(name: string, fetch: typeof globalThis.fetch): EmbeddingModel;
  /** The tokens that the vendor has counted; null where it says nothing of them. */
  tokens(result: EmbeddingResult): number | null;
}

/** Calls at once where a request takes several, and texts in them: each vector is thousands of numbers to be read. */
const MOST_AT_ONCE = { calls: 8, texts: 200 };

/** Largest answer, in bytes, as where it comes from the vendor in one piece. */
const MAX_ANSWER_BYTES = 20 * 1024 * 1024;

const badAnswer = (why: string) => new UpstreamError('bad_answer', why, { billed: 'maybe' });

/** Vectors of one call as they stand in the answer, if there is one for each text, and all as long as the others are. */
class Vectors {
  readonly #translation: EmbeddingTranslation;
  readonly #call: EmbeddingCall;
  readonly #written: string[];
  #dimensions: number | null;

  constructor(translation: EmbeddingTranslation, call: EmbeddingCall) {
    this.#translation = translation;
    this.#call = call;
    this.#written = Array(call.texts.length);
    this.#dimensions = call.dimensions;
  }

  /** Takes the vectors of `count` texts, `at` being the number of the first. Throws `UpstreamError('bad_answer')`. */
  take(at: number, count: number, vectors: EmbeddingResult['embeddings']): void {
    if (vectors.length !== count) throw badAnswer(`it has ${vectors.length} embeddings for ${count} texts`);
    for (const [index, vector] of vectors.entries()) {
      this.#dimensions ??= vector.length;
      if (vector.length !== this.#dimensions || vector.length === 0) {
        throw badAnswer(`an embedding has ${vector.length} dimensions instead of ${this.#dimensions}`);
      }
      this.#written[at + index] = this.#translation.vector(vector, this.#call);
    }
  }

  /** Throws where all of them, as long as the first is, would be more than an answer may be. */
  checkSize(): void {
    if ((this.#written[0]?.length ?? 0) * this.#written.length <= MAX_ANSWER_BYTES) return;
    const why =
      'the answer would be larger than 20 MB; send fewer texts at once, or ask for base64 or fewer dimensions';
    throw new UpstreamError('bad_request', why, { billed: 'maybe' });
  }

  whole(tokens: number | null, model: string): Buffer {
    return this.#translation.whole(this.#written, tokens, model, this.#call);
  }
}

/**
 * The answer to a request for embeddings, in the client's protocol. `failureOf` reads what the package or the connection
 * throws. Rejects with UpstreamError, or with whatever `cancelled` brings about.
 */
export async function embed(
  vendor: EmbeddingVendor,
  translation: EmbeddingTranslation,
  request: UpstreamRequest,
  fetch: typeof globalThis.fetch,
  failureOf: (error: unknown) => UpstreamError,
  cancelled: AbortSignal,
): Promise<Buffer> {
  const { model, headers, timeoutMs } = request;
  const call = translation.call(request.body);
  const providerOptions = vendor.options(call, model.name);
  const sdk = vendor.model(model.name, fetch);
  const count = call.texts.length;
  const most = Math.min((await sdk.maxEmbeddingsPerCall) ?? count, count);
  const vectors = new Vectors(translation, call);
  let tokens: number | null = 0;
  let next = 0;

  const stop = new AbortController();
  const late = () =>
    stop.abort(new UpstreamError('timeout', `not all of it within ${timeoutMs} ms`, { billed: 'maybe' }));
  const timer = setTimeout(late, timeoutMs);
  const abortSignal = AbortSignal.any([cancelled, stop.signal]);

  const oneCall = async (): Promise<void> => {
    abortSignal.throwIfAborted();
    const at = next;
    const values = call.texts.slice(at, at + most);
    next += values.length;
    const result = await sdk.doEmbed({ values, headers: { ...headers }, abortSignal, providerOptions });
    vectors.take(at, values.length, result.embeddings);
    const counted = vendor.tokens(result);
    tokens = tokens === null || counted === null ? null : tokens + counted;
  };
  const goOn = async (): Promise<void> => {
    while (next < count) await oneCall();
  };

  let isAlone = true;
  try {
    // The first goes alone, so that its failure is sure to be all that has happened.
    await oneCall();
    isAlone = false;
    vectors.checkSize();
    const together = Math.min(MOST_AT_ONCE.calls, Math.floor(MOST_AT_ONCE.texts / most));
    await Promise.all(Array.from({ length: (await sdk.supportsParallelCalls) ? Math.max(1, together) : 1 }, goOn));
    return vectors.whole(tokens, model.name);
  } catch (error) {
    if (cancelled.aborted) throw error;
    // The first that went wrong counts, and ends the others.
    stop.abort(error);
    const failure = failureOf(stop.signal.reason);
    throw isAlone ? failure : afterABeginning(failure);
  } finally {
    clearTimeout(timer);
  }
}
