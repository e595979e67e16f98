/** What OpenAI's responses say was used, in the one form that prices and budgets know. */
import type { Usage } from '../../policies/request.ts';
import { usageOf } from './chat-usage.ts';
import { isObject } from './json-value.ts';

/** Tokens as the upstream reports them, or null where it reports none. They are those of a chat by other names. */
export function responseUsage(reported: unknown): Usage | null {
  if (!isObject(reported)) return null;
  return usageOf({
    prompt_tokens: reported.input_tokens,
    completion_tokens: reported.output_tokens,
    total_tokens: reported.total_tokens,
    prompt_tokens_details: reported.input_tokens_details,
    completion_tokens_details: reported.output_tokens_details,
  });
}
