/** What an OpenAI-compatible upstream says it used, in the one form that prices and budgets know. */
import type { Usage } from '../../policies/request.ts';
import { isObject } from './json-value.ts';

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function detail(details: unknown, name: string): number {
  return (isObject(details) ? count(details[name]) : null) ?? 0;
}

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
  const cached = detail(reported.prompt_tokens_details, 'cached_tokens') || detail(reported, 'prompt_cache_hit_tokens');
  const cachedInputTokens = Math.min(inputTokens, cached);
  const written = detail(reported.prompt_tokens_details, 'cache_write_tokens');
  const reasoning = detail(reported.completion_tokens_details, 'reasoning_tokens');
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(inputTokens - cachedInputTokens, written),
    outputTokens,
    reasoningTokens: Math.min(outputTokens, Math.max(reasoning, outputTokens - completion)),
  };
}
