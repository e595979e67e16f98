/** Requests for embeddings carried over to vendors who speak another protocol, and their vectors in the bytes of this one. */
import { type EmbeddingBody, embeddingBody, viewOfEmbeddings } from '../../policies/embeddings.ts';
import { estimateInputTokens } from '../../policies/price.ts';
import { UpstreamError } from '../providers/provider.ts';
import { unsupported } from '../providers/translate/chat-body.ts';
import { isObject, parseJson } from './json-value.ts';

/** What vectors are for, in the words of Cohere, which other gateways have taken over as `input_type`. */
const PURPOSES = ['search_document', 'search_query', 'classification', 'clustering'] as const;
export type EmbeddingPurpose = (typeof PURPOSES)[number];

/** What a client asked for. */
export interface EmbeddingCall {
  readonly texts: readonly string[];
  /** Null where the model is to choose. */
  readonly dimensions: number | null;
  /** Null where the client does not say. */
  readonly purpose: EmbeddingPurpose | null;
  readonly isBase64: boolean;
  /** The tokens of all texts as the gateway guesses them. */
  readonly estimatedTokens: number;
}

export interface EmbeddingTranslation {
  /**
   * The call for a body. Throws `UpstreamError('unsupported')`, naming the first thing that cannot be carried over, or
   * `UpstreamError('bad_request')` for a body that breaks the protocol itself.
   */
  call(body: Buffer): EmbeddingCall;
  /** A vector as it stands in the answer, in JSON. It gets the length 1, which the protocol's own vectors have. */
  vector(values: readonly number[], call: EmbeddingCall): string;
  /**
   * The whole answer: `vectors` in the order of the texts, and the `tokens` that the vendor has counted. Where it is null, the
   * gateway's guess stands there and says so, since clients count on a number.
   */
  whole(vectors: readonly string[], tokens: number | null, model: string, call: EmbeddingCall): Buffer;
}

/** The most texts of one request (platform.openai.com: create embeddings). */
const MOST_TEXTS = 2048;

/** How far the length of a vector may be from 1, which is no more than rounding. */
const ROUNDING = 1e-3;

/** Members that are carried over, or that the vendor has no use for: the user stays on the gateway's own record. */
const KNOWN = new Set(['model', 'input', 'dimensions', 'encoding_format', 'input_type', 'user', 'metadata']);

function bodyOf(bytes: Buffer): EmbeddingBody {
  const parsed = embeddingBody.safeParse(parseJson(bytes.toString('utf8')));
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message ?? 'the body cannot be read';
  throw new UpstreamError('bad_request', why, { billed: 'no' });
}

function textsOf(input: EmbeddingBody['input']): string[] {
  const texts = (typeof input === 'string' ? [input] : input).flatMap((one) => (typeof one === 'string' ? [one] : []));
  if (texts.length === 0) throw unsupported('input in the form of tokens; send the texts themselves');
  if (texts.length <= MOST_TEXTS) return texts;
  throw new UpstreamError('bad_request', `input has more than ${MOST_TEXTS} texts`, { billed: 'no' });
}

function purposeOf(given: unknown): EmbeddingPurpose | null {
  if (given === undefined || given === null) return null;
  const purpose = PURPOSES.find((one) => one === given);
  if (purpose === undefined) throw unsupported(`input_type ${JSON.stringify(given).slice(0, 60)}`);
  return purpose;
}

function isBase64(given: EmbeddingBody['encoding_format']): boolean {
  if (given === undefined || given === null || given === 'float') return false;
  if (given !== 'base64') throw unsupported(`encoding_format "${given.slice(0, 60)}"`);
  return true;
}

export const embeddingTranslation: EmbeddingTranslation = {
  call(bytes) {
    const body = bodyOf(bytes);
    for (const [name, value] of Object.entries(body)) {
      if (!KNOWN.has(name) && value !== null) throw unsupported(name);
    }
    return {
      texts: textsOf(body.input),
      dimensions: body.dimensions ?? null,
      purpose: purposeOf(body.input_type),
      isBase64: isBase64(body.encoding_format),
      estimatedTokens: estimateInputTokens(viewOfEmbeddings(body)),
    };
  },

  vector(values, call) {
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const isAsItIs = length === 0 || Math.abs(length - 1) < ROUNDING;
    const vector = isAsItIs ? values : values.map((value) => value / length);
    if (!call.isBase64) return JSON.stringify(vector);
    return `"${Buffer.from(Float32Array.from(vector).buffer).toString('base64')}"`;
  },

  whole(vectors, tokens, model, { estimatedTokens }) {
    const data = vectors.map((vector, index) => `{"object":"embedding","index":${index},"embedding":${vector}}`);
    const used = tokens ?? estimatedTokens;
    const usage = { prompt_tokens: used, total_tokens: used, ...(tokens === null && { estimated: true }) };
    const ends = `"model":${JSON.stringify(model)},"usage":${JSON.stringify(usage)}}`;
    return Buffer.from(`{"object":"list","data":[${data.join(',')}],${ends}`);
  },
};

/** What an answer says that it has used; null where that is only the gateway's guess, or nothing. */
export function reportedTokens(usage: unknown): Readonly<Record<string, unknown>> | null {
  return isObject(usage) && usage.estimated !== true ? usage : null;
}
