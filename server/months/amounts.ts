/** Sums of money and tokens that can be more than a number holds exactly, and how they are written. */

const NANO = 1_000_000_000n;

/** Nano-dollars as dollars with nine digits: "0.000019000", "-1.500000000". */
export function writeDollars(nano: bigint): string {
  const size = nano < 0n ? -nano : nano;
  return `${nano < 0n ? '-' : ''}${size / NANO}.${String(size % NANO).padStart(9, '0')}`;
}

/** What requests have taken: tokens, of which `cachedInputTokens` are a part of the input, and nano-dollars. */
export interface Amounts {
  readonly requests: bigint;
  readonly inputTokens: bigint;
  readonly cachedInputTokens: bigint;
  readonly outputTokens: bigint;
  readonly cost: bigint;
}

export const NOTHING: Amounts = { requests: 0n, inputTokens: 0n, cachedInputTokens: 0n, outputTokens: 0n, cost: 0n };

export function plus(a: Amounts, b: Amounts): Amounts {
  return {
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost + b.cost,
  };
}
