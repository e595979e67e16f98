/** Prices as people read them. */
import { dollars } from '../../../policies/price.ts';

/** Nano-dollars for a million tokens as "$0.15"; "free" for nothing. */
export const sayRate = (nano: number): string => (nano === 0 ? 'free' : dollars(nano));

/** Tokens as "128,000" or "1 million". */
export const sayTokens = (tokens: number): string =>
  tokens >= 1_000_000 ? `${(tokens / 1_000_000).toLocaleString('en-US')} million` : tokens.toLocaleString('en-US');
