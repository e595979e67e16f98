/**
 * What every protocol that clients speak is to the gateway: it turns a request into the policy's view of it, and answers
 * into the client's bytes. One file a protocol, one line in `index.ts`.
 */
import type { Model } from '../../policies/model.ts';
import type { Endpoint, RequestView, Usage } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import type { Placeholders } from '../../policies/text/placeholders.ts';
import type { SignalboxError } from '../errors.ts';
import type { UpstreamError } from '../providers/provider.ts';
import type { EmbeddingTranslation } from './embedding-translation.ts';
import type { Translation } from './translation.ts';

export interface ClientProtocol {
  /** What facts and records call it. */
  readonly endpoint: Endpoint;
  /** Set where its requests ask only how many tokens they have: `outgoing` is then what a vendor is asked to count. */
  readonly counts?: true;
  /** Headers of the client's that an upstream of the same protocol has to see, in small letters. */
  readonly passedHeaders: readonly string[];
  /**
   * Understands the body of a request. Throws SignalboxError: `invalid_json`, `duplicate_key`, `too_deep`,
   * `invalid_request`.
   */
  parse(bytes: Buffer): ClientRequest;
  /** The error as the body of an answer. */
  errorBody(error: SignalboxError, requestId: string): Buffer;
  /** The error as the last event of a stream that has already begun. `stream` is what has been sent of it. */
  errorEvent(error: SignalboxError, requestId: string, stream: AnswerStream | null): Buffer;
  /** Carries chats over to models whose vendors speak another protocol; null where it has none. */
  readonly translation: Translation | null;
  /** The same for requests for embeddings, where those are what the protocol asks for. */
  readonly embeddings?: EmbeddingTranslation;
}

/** A request that was understood. */
export interface ClientRequest {
  readonly view: RequestView;
  /** What the client says about the request, as its body has it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Whom the app says that it acts for. */
  readonly user: string | null;
  /** The bytes for an upstream of the same protocol: the client's own with the run's changes spliced in. */
  outgoing(run: Run, model: Model): Buffer;
  /** Reads an answer that comes in pieces. `placeholders` are put back where there are any. */
  openStream(placeholders: Placeholders | null): AnswerStream;
  /** Reads an answer that came in one piece. Throws UpstreamError for what is none. */
  readWhole(bytes: Buffer, placeholders: Placeholders | null): WholeAnswer;
  /** A complete answer that no model gave: one JSON document, or the events of a stream down to its end. */
  fixedAnswer(answer: FixedAnswer): Buffer;
}

/** How much text a model wrote: enough to estimate its tokens where it did not report them. */
export interface Received {
  readonly characters: number;
  /** UTF-8 bytes: no tokenizer makes more tokens than these. */
  readonly bytes: number;
}

/**
 * A streamed answer on its way through. `push` never throws: what is wrong with the stream stands in `error`, and nothing
 * is forwarded any more. Texts are counted and kept as the model wrote them, with placeholders.
 */
export interface AnswerStream {
  /** The first event has arrived that says anything: from here on no other model can take over. */
  readonly contentSeen: boolean;
  /** The event that ends the stream has arrived. */
  readonly done: boolean;
  /** The answer came to its end; a stream that closes before has broken off. */
  readonly complete: boolean;
  readonly error: UpstreamError | null;
  readonly usage: Usage | null;
  /** UTF-8 bytes of text so far. */
  readonly receivedBytes: number;
  readonly received: Received;
  /** Takes bytes of the upstream and gives those to forward now, or null. */
  push(bytes: Buffer): Buffer | null;
  /** To be called when the upstream has ended: takes an end without its blank line, and gives bytes to forward. */
  end(): Buffer | null;
  /** What is withheld: the event in which the answer finished and all after it. To be sent once the record is durable. */
  tail(): Buffer;
  /** The answer so far as JSON, in the shape of an answer in one piece. */
  assembledAnswer(): string;
  /** The texts that the model has written. */
  texts(): readonly string[];
}

export interface WholeAnswer {
  /** The upstream's own bytes where nothing was put back. */
  readonly bytes: Buffer;
  readonly usage: Usage | null;
  /** What the model wrote as JSON, with placeholders. */
  readonly text: string;
  readonly received: Received;
  /** The texts that the model has written. */
  texts(): readonly string[];
}

export interface FixedAnswer {
  readonly text: string;
  readonly model: string;
  /** Id of the answer. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
}
