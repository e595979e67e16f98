/** What a call has used whose provider reported nothing: a stream that broke off, or a server that does not count. */
import type { Tokenizer } from '../../policies/model.ts';
import { NO_USAGE, type Usage, type UsageSource } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { countedTokens, countInput } from '../../policies/token-count.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { MOST_KEPT } from '../wire/kept-text.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

export interface UnreportedUsage {
  readonly usage: Usage;
  readonly source: UsageSource;
}

/** Tokens that the chat format puts around each message and before the answer, as OpenAI publishes them. */
const AROUND_MESSAGE = 4;
const BEFORE_ANSWER = 3;

/** Counts the input, and the output as far as it arrived, where the model declares its tokenizer; else estimates both. */
export async function unreportedUsage(answer: UpstreamAnswer, run: Run): Promise<UnreportedUsage> {
  const usage = await countedUsage(answer, run);
  return usage ? { usage, source: 'counted' } : { usage: estimatedUsage(answer, run), source: 'estimated' };
}

async function countedUsage(answer: UpstreamAnswer, run: Run): Promise<Usage | null> {
  const { tokenizer } = answer.model;
  const inputTokens = await countedInputTokens(run, tokenizer);
  if (tokenizer === null || inputTokens === null) return null;
  // Of a very long answer only the beginning is kept, which is too little to count.
  if (answer.received.characters > MOST_KEPT) return null;
  const { texts } = answer;
  if (texts.reduce((kept, text) => kept + text.length, 0) < answer.received.characters) return null;
  const output = await tokenCounter(texts, tokenizer);
  if (output === null) return null;
  return {
    ...NO_USAGE,
    inputTokens,
    outputTokens: output.reduce((sum, tokens) => sum + tokens, 0),
  };
}

/** The tokens of a request by a published tokenizer; null where there is none, or not all of the request is text. */
export async function countedInputTokens(run: Run, tokenizer: Tokenizer | null): Promise<number | null> {
  const { endpoint, images, audio, files, messages } = run.view;
  if (tokenizer === null || images + audio + files > 0) return null;
  await countInput(run, [tokenizer], tokenCounter);
  const content = countedTokens(run, tokenizer);
  // Texts for embeddings stand alone.
  if (content === null || endpoint === 'embeddings') return content;
  return content + AROUND_MESSAGE * (messages + run.instructions.length) + BEFORE_ANSWER;
}

/** The input as estimated, and the output as far as it arrived. */
function estimatedUsage(answer: UpstreamAnswer, run: Run): Usage {
  const input = run.read('tokens.input', false);
  const { characters, bytes } = answer.received;
  return {
    ...NO_USAGE,
    inputTokens: typeof input === 'number' ? input : 0,
    outputTokens: Math.ceil((characters + bytes) / 8),
  };
}
