import type { Model, Price, Rate, Tier } from './model.ts';
import type { RequestView, Usage } from './request.ts';
import { textSize } from './text-size.ts';

const MILLION = 1_000_000;

/** tokens x nano-dollars per million tokens; exact also where the product leaves the range of safe integers. */
function nanoMillionths(tokens: number, rate: number): number | bigint {
  const product = tokens * rate;
  return Number.isSafeInteger(product) ? product : BigInt(tokens) * BigInt(rate);
}

function rateFor(price: Price, inputTokens: number): Rate {
  let chosen: Rate = price[0];
  for (const rate of price) if (inputTokens > rate.aboveInputTokens) chosen = rate;
  return chosen;
}

/** Cost of a usage in nano-dollars, rounded up to the next whole one. */
export function costOf(usage: Usage, price: Price): number {
  const rate = rateFor(price, usage.inputTokens);
  const plain = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const parts = [
    nanoMillionths(plain, rate.input),
    nanoMillionths(usage.cachedInputTokens, rate.cachedInput),
    nanoMillionths(usage.cacheWriteTokens, rate.cacheWrite),
    nanoMillionths(usage.outputTokens, rate.output),
  ];
  let sum = 0;
  for (const part of parts) {
    if (typeof part === 'bigint') return costOfLarge(parts);
    sum += part;
  }
  return Number.isSafeInteger(sum) ? Math.ceil(sum / MILLION) : costOfLarge(parts);
}

function costOfLarge(parts: readonly (number | bigint)[]): number {
  let sum = 0n;
  for (const part of parts) sum += BigInt(part);
  return Number((sum + 999_999n) / 1_000_000n);
}

/** Tokens that chat formats add around each message (role, separators); generous for every published format. */
const MESSAGE_OVERHEAD_TOKENS = 16;

/** Tokens that a provider adds once per request: priming of the answer, tool preamble (Anthropic's is up to 530). */
const REQUEST_OVERHEAD_TOKENS = 16;
const TOOL_PREAMBLE_TOKENS = 600;

/** UTF-8 bytes of all that the model reads besides images. */
export function contentBytes(view: RequestView): number {
  return view.otherBytes + textSize(view.slots).bytes;
}

/**
 * The most input tokens that the request can become. A byte-level tokenizer never makes more tokens than the text has
 * UTF-8 bytes, so bytes plus the format's overhead is a bound for every vendor; images are bounded by the model's own
 * largest cost. Things without a known size are the caller's to refuse (`view.unbounded`). `content` is the bound on the
 * tokens of what was written, where something closer than its bytes is known.
 */
export function inputTokenBound(
  view: RequestView,
  model: Pick<Model, 'imageTokens'>,
  content = contentBytes(view),
): number {
  return (
    content +
    view.messages * MESSAGE_OVERHEAD_TOKENS +
    REQUEST_OVERHEAD_TOKENS +
    (view.toolNames.length > 0 ? TOOL_PREAMBLE_TOKENS : 0) +
    view.images * model.imageTokens
  );
}

/** The usage that cannot be exceeded: the input's bound, and the output limit for each choice. */
export function usageBound(
  view: RequestView,
  model: Pick<Model, 'imageTokens'>,
  outputLimit: number,
  content = contentBytes(view),
): Usage {
  return {
    inputTokens: inputTokenBound(view, model, content),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: outputLimit * view.choices,
    reasoningTokens: 0,
  };
}

/** The most that `usage` can cost: its input at the dearest way of being read (plain, from a cache or written to one). */
export function costBound(usage: Usage, price: Price): number {
  let most = 0;
  for (const rate of price) {
    if (rate.aboveInputTokens > 0 && usage.inputTokens <= rate.aboveInputTokens) continue;
    const dearest = Math.max(rate.input, rate.cacheWrite, rate.cachedInput);
    most = Math.max(most, costOf(usage, [{ ...rate, aboveInputTokens: 0, input: dearest }]));
  }
  return most;
}

/**
 * A first guess of the tokens of a request's input: about four characters of English each, fewer where letters take more
 * bytes.
 */
export function estimateInputTokens(view: RequestView): number {
  const { characters, bytes } = textSize(view.slots);
  return Math.ceil((characters + bytes) / 8) + Math.ceil(view.otherBytes / 4);
}

/** Small below 2.5 dollars for a million tokens of output, large from 12.5 dollars, in between standard. */
export function tierOf(price: Price | null): Tier {
  if (price === null) return 'standard';
  const output = price[0].output;
  return output < 2_500_000_000 ? 'small' : output < 12_500_000_000 ? 'standard' : 'large';
}

/** Nano-dollars as people read them: "$1.50", "$0.000123". */
export function dollars(nano: number): string {
  const value = nano / 1e9;
  if (value === 0) return '$0';
  const digits = Math.abs(value) >= 0.01 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(Math.abs(value))));
  const text = value.toFixed(digits);
  return text.startsWith('-') ? `-$${text.slice(1)}` : `$${text}`;
}
