/**
 * How a client protocol is carried over to models of other vendors: into one call of the AI SDK's third specification,
 * which each vendor's package turns into its own protocol, and back.
 */
import { UpstreamError } from '../providers/provider.ts';
import type { CallOptions, GenerateResult, StreamPart } from '../providers/translate/sdk-types.ts';

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;
export type Effort = (typeof EFFORTS)[number];

/** What a client asked for, and where vendors have names of their own for it. */
export interface TranslatedCall {
  readonly options: CallOptions;
  /** How hard to think: as a word or as tokens; null where the client said nothing. */
  readonly reasoning: { readonly effort: Effort } | { readonly tokens: number } | null;
  /** Whom the app acts for, as it names them to the vendor. */
  readonly user: string | null;
  /** False where at most one tool may be called at a time. */
  readonly parallelTools: boolean;
}

/** The request that an answer belongs to. */
export interface Asked {
  /** As it was sent to the model. */
  readonly body: Buffer;
  /** Our own id of it; empty where it has none. */
  readonly requestId: string;
}

export interface Translation {
  /**
   * The call for a body. Throws `UpstreamError('unsupported')`, naming the first thing that cannot be carried over, or
   * `UpstreamError('bad_request')` for a body that breaks the protocol itself.
   */
  call(body: Buffer): TranslatedCall;
  /**
   * A whole answer in the client's protocol. `model` is the name asked for, `created` seconds since 1970. Throws
   * `UpstreamError` where the answer is a refusal or was cut off.
   */
  whole(result: GenerateResult, model: string, created: number, asked: Asked): Buffer;
  /** Turns the parts of one stream into the client's events. */
  events(model: string, created: number, asked: Asked): PartWriter;
}

/** The failure of a stream that ended before its answer did: as when its connection broke, others may do better. */
export const brokenOff = (): UpstreamError =>
  new UpstreamError('broken', 'the stream ended before the answer did', { billed: 'maybe' });

export interface PartWriter {
  /** The bytes that a part adds, as text; none for many. Throws where the stream was refused before it began. */
  write(part: StreamPart): string;
  /** The last ones. Throws `UpstreamError('broken')` where the stream stopped before its end. */
  end(): string;
}
