/** How models that speak Anthropic's messages are told how hard to think. */

/** Families that cannot think, and those that think within a set number of tokens; newer ones choose by effort. */
export const CANNOT_THINK = /claude-(instant|v?[12]\b|3-(?!7))/;
export const THINKS_BY_TOKENS = /claude-(3-7|(opus|sonnet|haiku)-4(?!-[6-9]))/;

/** Tokens of thought by effort, for families that think within a number of them. */
export const THOUGHT = { minimal: 1024, low: 2048, medium: 8192, high: 16_384, xhigh: 32_768 } as const;

/** The fewest tokens of thought that the vendor takes. */
export const LEAST_THOUGHT = THOUGHT.minimal;

/**
 * The member `thinking` for so many tokens of thought, which count towards the limit on the answer: at most half of it are
 * thought, and none where that is too few.
 */
export function thinkingWithin(tokens: number, limit: number | null): object {
  const budget_tokens = limit === null ? tokens : Math.min(tokens, Math.floor(limit / 2));
  return budget_tokens < LEAST_THOUGHT ? { type: 'disabled' } : { type: 'enabled', budget_tokens };
}
