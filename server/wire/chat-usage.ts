/** What an OpenAI-compatible upstream says it used, in the one form that prices and budgets know. */
import type { Usage } from '../../policies/request.ts';
import { isObject } from './json-value.ts';

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** The first of the numbers that stand under these names of an object and is not 0; else 0. */
function detail(details: unknown, ...names: readonly string[]): number {
  for (const name of names) {
    const found = isObject(details) ? count(details[name]) : null;
    if (found) return found;
  }
  return 0;
}

const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/**
 * Tokens as the upstream reports them, or null where it reports none that can be understood. Cached and reasoning tokens
 * are parts of the totals here; a few vendors count their reasoning in `total_tokens` only, and it belongs to the output.
 */
export function usageOf(reported: unknown): Usage | null {
  if (!isObject(reported)) return null;
  const inputTokens = count(reported.prompt_tokens);
  const completion = count(reported.completion_tokens);
  if (inputTokens === null || completion === null) return null;
  const total = count(reported.total_tokens) ?? 0;
  const outputTokens = Math.max(completion, total - inputTokens);
  const read = reported.prompt_tokens_details;
  const written = reported.completion_tokens_details;
  // Each token is counted once: what does not fit any more was counted before.
  let rest = inputTokens;
  const take = (tokens: number): number => {
    const taken = Math.min(rest, tokens);
    rest -= taken;
    return taken;
  };
  const cachedInputTokens = take(detail(read, 'cached_tokens') || detail(reported, 'prompt_cache_hit_tokens'));
  const cacheWriteTokens = take(
    detail(read, 'cache_write_tokens', 'cache_creation_tokens') || detail(reported, 'cache_creation_input_tokens'),
  );
  const hour =
    detail(read, 'cache_write_1h_tokens') ||
    detail(member(read, 'cache_creation_token_details'), 'ephemeral_1h_input_tokens') ||
    detail(reported.cache_creation, 'ephemeral_1h_input_tokens');
  const audio = detail(read, 'audio_tokens');
  const cachedAudioTokens = Math.min(
    cachedInputTokens,
    audio,
    detail(member(read, 'cached_tokens_details'), 'audio_tokens'),
  );
  const audioInputTokens = take(audio - cachedAudioTokens);
  const cachedImages = detail(member(read, 'cached_tokens_details'), 'image_tokens');
  const imageInputTokens = take(Math.max(0, detail(read, 'image_tokens') - cachedImages));
  const reasoning = Math.max(detail(written, 'reasoning_tokens'), outputTokens - completion);
  const reasoningTokens = Math.min(outputTokens, reasoning);
  return {
    inputTokens,
    cachedInputTokens,
    cachedAudioTokens,
    cacheWriteTokens,
    cacheWriteHourTokens: Math.min(cacheWriteTokens, hour),
    audioInputTokens,
    imageInputTokens,
    outputTokens,
    reasoningTokens,
    audioOutputTokens: Math.min(outputTokens - reasoningTokens, detail(written, 'audio_tokens')),
  };
}
