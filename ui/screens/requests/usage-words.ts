/** Tokens and how they were counted, in words. */
import type { RequestRecord } from '../../api/records.ts';
import { sayCount } from '../../app/words.ts';

type Usage = RequestRecord['usage'];

/** "120 read (80 of them from a cache), 34 written (20 of them for reasoning)". */
export function sayUsage(usage: Usage): string {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  const read = [
    ...(cachedInputTokens > 0 ? [`${sayCount(cachedInputTokens)} of them from a cache`] : []),
    ...(cacheWriteTokens > 0 ? [`${sayCount(cacheWriteTokens)} put into one`] : []),
  ];
  const written = reasoningTokens > 0 ? [`${sayCount(reasoningTokens)} of them for reasoning`] : [];
  const besides = (parts: readonly string[]): string => (parts.length > 0 ? ` (${parts.join(', ')})` : '');
  return `${sayCount(inputTokens)} read${besides(read)}, ${sayCount(outputTokens)} written${besides(written)}`;
}

export const COUNTED_BY: Readonly<Record<RequestRecord['usageSource'], string>> = {
  provider: 'as the provider counted them',
  counted: 'counted here',
  estimated: 'estimated',
};

/** Where the cost of a request comes from. */
export function sayCostSource({ attempts, usageSource }: Pick<RequestRecord, 'attempts' | 'usageSource'>): string {
  if (attempts.length === 0) return 'no model was called';
  const unknown = attempts.some(({ cost }) => cost === null);
  return `by tokens ${COUNTED_BY[usageSource]}${unknown ? '; a price is not known' : ''}`;
}
