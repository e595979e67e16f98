/** What Anthropic's messages say was used, in the one form that prices and budgets know. */
import { NO_USAGE, type Usage } from '../../policies/request.ts';
import { isObject, type JsonObject } from './json-value.ts';

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/**
 * Tokens as the vendor reports them, or null where it reports none. What was read from a cache or written to one stands
 * apart from the input there, and is a part of it here.
 */
export function messageUsage(reported: unknown): Usage | null {
  if (!isObject(reported) || typeof reported.output_tokens !== 'number') return null;
  const cachedInputTokens = count(reported.cache_read_input_tokens);
  const created: JsonObject = isObject(reported.cache_creation) ? reported.cache_creation : {};
  const cacheWriteHourTokens = count(created.ephemeral_1h_input_tokens);
  const written = count(created.ephemeral_5m_input_tokens) + cacheWriteHourTokens;
  const cacheWriteTokens = Math.max(count(reported.cache_creation_input_tokens), written);
  const details: JsonObject = isObject(reported.output_tokens_details) ? reported.output_tokens_details : {};
  const outputTokens = count(reported.output_tokens);
  return {
    ...NO_USAGE,
    inputTokens: count(reported.input_tokens) + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWriteHourTokens,
    outputTokens,
    reasoningTokens: Math.min(outputTokens, count(details.thinking_tokens)),
  };
}
