/** OpenAI's embeddings towards the client. What comes back are numbers: there is no stream, and nothing to put back. */
import { type EmbeddingBody, embeddingBody, viewOfEmbeddings } from '../../policies/embeddings.ts';
import type { Model } from '../../policies/model.ts';
import type { RequestView } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { SignalboxError } from '../errors.ts';
import { UpstreamError } from '../providers/provider.ts';
import { changedTexts } from './changed-texts.ts';
import { failureInAnswer } from './chat-failure.ts';
import { usageOf } from './chat-usage.ts';
import { embeddingTranslation, reportedTokens } from './embedding-translation.ts';
import { isObject, listOf, parseJson } from './json-value.ts';
import { openAiChat } from './openai-chat.ts';
import type { AnswerStream, ClientProtocol, ClientRequest, WholeAnswer } from './protocol.ts';
import { type ReadBody, readBody } from './read-body.ts';
import { splice } from './splice.ts';

class EmbeddingRequest implements ClientRequest {
  readonly view: RequestView;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly #read: ReadBody<EmbeddingBody>;

  constructor(read: ReadBody<EmbeddingBody>) {
    this.#read = read;
    this.view = viewOfEmbeddings(read.body);
    this.metadata = read.body.metadata ?? {};
  }

  get user(): string | null {
    return this.#read.body.user ?? null;
  }

  /** Limits and parameters of answers mean nothing here; instructions of a policy are refused before. */
  outgoing(run: Run, model: Model): Buffer {
    const { bytes, body, members, tree } = this.#read;
    const changes = new Map<string, string | null>();
    if (body.model !== model.name) changes.set('model', JSON.stringify(model.name));
    if (members.has('metadata')) changes.set('metadata', null);
    if (run.textsChanged) {
      for (const [name, json] of changedTexts(tree, run.view.slots, () => undefined)) changes.set(name, json);
    }
    return splice(bytes, members, changes);
  }

  openStream(): AnswerStream {
    throw new Error('Embeddings do not come as a stream.');
  }

  readWhole(bytes: Buffer): WholeAnswer {
    return readEmbeddings(bytes);
  }

  fixedAnswer(): Buffer {
    throw new SignalboxError('answer_needs_chat');
  }
}

/** The record keeps what they are and not the vectors, out of which texts can be guessed. */
function readEmbeddings(bytes: Buffer): WholeAnswer {
  const answer = parseJson(bytes.toString('utf8'));
  if (!isObject(answer)) throw new UpstreamError('bad_answer', 'it is not a JSON object', { billed: 'maybe' });
  if (answer.error) throw failureInAnswer(answer);
  const data = listOf(answer.data).filter(isObject);
  const [first] = data;
  if (!first || data.some(({ embedding }) => typeof embedding !== 'string' && !Array.isArray(embedding))) {
    throw new UpstreamError('bad_answer', 'it has no embeddings', { billed: 'maybe' });
  }
  const reported = reportedTokens(answer.usage);
  return {
    bytes,
    usage: reported && usageOf({ completion_tokens: 0, ...reported }),
    text: JSON.stringify({ embeddings: data.length, dimensions: dimensionsOf(first.embedding) }),
    received: { characters: 0, bytes: 0 },
    texts: () => [],
  };
}

/** Each number is four bytes where they are written as base64. */
function dimensionsOf(embedding: unknown): number {
  return typeof embedding === 'string' ? Buffer.byteLength(embedding, 'base64') / 4 : listOf(embedding).length;
}

export const openAiEmbeddings: ClientProtocol = {
  endpoint: 'embeddings',
  passedHeaders: [],
  parse: (bytes) => new EmbeddingRequest(readBody(bytes, embeddingBody)),
  errorBody: openAiChat.errorBody,
  errorEvent: openAiChat.errorEvent,
  translation: null,
  embeddings: embeddingTranslation,
};
