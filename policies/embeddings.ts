/** The body of a request for embeddings, as far as policies read it, and the view that they get of it. */
import { z } from 'zod';
import { EMPTY_VIEW, type RequestView } from './request.ts';
import { ViewReader } from './view-reader.ts';

const token = z.int().min(0);

/** A request for embeddings: a text, a list of texts, the tokens of a text, or a list of such lists. */
export const embeddingBody = z.looseObject({
  model: z.string().min(1),
  input: z.union(
    [
      z.string(),
      z.array(z.string()).min(1),
      z.array(token).min(1),
      z.array(z.array(token).min(1, 'has no tokens in it')).min(1),
    ],
    'has to be a text, a list of texts, the tokens of a text, or a list of such lists, and not empty',
  ),
  dimensions: z.number().int().min(1).nullish(),
  encoding_format: z.string().nullish(),
  user: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type EmbeddingBody = z.infer<typeof embeddingBody>;

/** Members that are read elsewhere, or that say how the vectors are written. */
const NOT_READ_BY_MODEL = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'metadata']);

/** How many tokens were sent in place of each text; empty where texts were sent. */
function tokensOf(input: EmbeddingBody['input']): number[] {
  if (typeof input === 'string') return [];
  const lists: number[] = [];
  let plain = 0;
  for (const one of input) {
    if (typeof one === 'number') plain += 1;
    else if (typeof one === 'object') lists.push(one.length);
  }
  return plain > 0 ? [plain] : lists;
}

/** What policies see of a request for embeddings. Paths of the slots lead into `body`. */
export function viewOfEmbeddings(body: EmbeddingBody): RequestView {
  const { input, user } = body;
  const reader = new ViewReader();
  const texts = typeof input === 'string' ? [input] : input;
  for (const [index, text] of texts.entries()) {
    if (typeof text !== 'string') continue;
    reader.slot(typeof input === 'string' ? ['input'] : ['input', index], 'user', 'message', index, text);
  }
  const lists = tokensOf(input);
  const messages = Math.max(reader.slots.length, lists.length);
  if (user) reader.slot(['user'], 'assistant', 'label', messages, user);
  for (const name in body) if (!NOT_READ_BY_MODEL.has(name)) reader.other(body[name]);
  return {
    ...EMPTY_VIEW,
    endpoint: 'embeddings',
    model: body.model,
    slots: reader.slots,
    messages,
    choices: 0,
    otherBytes: reader.otherBytes,
    others: reader.others,
    ...(lists.length > 0 && { tokens: lists.reduce((sum, tokens) => sum + tokens, 0) }),
  };
}
