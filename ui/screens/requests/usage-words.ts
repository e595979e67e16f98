/** Tokens and how they were counted, in words. */
import { dollars } from '../../../policies/price.ts';
import type { RequestRecord } from '../../api/records.ts';
import { sayCount } from '../../app/words.ts';

type Usage = RequestRecord['usage'];

/** "120 read (80 of them from a cache), 34 written (20 of them for reasoning)". */
export function sayUsage(usage: Usage): string {
  const { inputTokens, outputTokens } = usage;
  const some = (tokens: number, words: string): string[] => (tokens > 0 ? [`${sayCount(tokens)} ${words}`] : []);
  const read = [
    ...some(usage.cachedInputTokens, 'of them from a cache'),
    ...some(usage.cacheWriteTokens - usage.cacheWriteHourTokens, 'put into one'),
    ...some(usage.cacheWriteHourTokens, 'put into one for an hour'),
    ...some(usage.audioInputTokens, 'of sound'),
    ...some(usage.imageInputTokens, 'of images'),
  ];
  const written = [
    ...some(usage.reasoningTokens, 'of them for reasoning'),
    ...some(usage.audioOutputTokens, 'of sound'),
  ];
  const besides = (parts: readonly string[]): string => (parts.length > 0 ? ` (${parts.join(', ')})` : '');
  return `${sayCount(inputTokens)} read${besides(read)}, ${sayCount(outputTokens)} written${besides(written)}`;
}

export const COUNTED_BY: Readonly<Record<RequestRecord['usageSource'], string>> = {
  provider: 'as the provider counted them',
  counted: 'counted here',
  estimated: 'estimated',
};

/** Where the cost of a request comes from. */
export function sayCostSource({
  status,
  attempts,
  usageSource,
  savedByCaching,
}: Pick<RequestRecord, 'status' | 'attempts' | 'usageSource' | 'savedByCaching'>): string {
  if (savedByCaching !== undefined) return `a kept answer, which had cost ${dollars(savedByCaching)}`;
  if (status === 'counted') return 'counting costs nothing';
  if (attempts.length === 0) return 'no model was called';
  const unknown = attempts.some(({ cost }) => cost === null);
  return `by tokens ${COUNTED_BY[usageSource]}${unknown ? '; a price is not known' : ''}`;
}
