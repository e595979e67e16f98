import { AMOUNTS, type Model, type Price, type Rate, type Tier } from './model.ts';
import { NO_USAGE, type RequestView, type Usage } from './request.ts';
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

/** Cost of a usage in nano-dollars, rounded up to the next whole one; nothing where no tokens were used. */
export function costOf(usage: Usage, price: Price): number {
  if (usage.inputTokens + usage.outputTokens === 0) return 0;
  const rate = rateFor(price, usage.inputTokens);
  const { cachedAudioTokens, cacheWriteHourTokens, audioInputTokens, imageInputTokens, audioOutputTokens } = usage;
  const apart = usage.cachedInputTokens + usage.cacheWriteTokens + audioInputTokens + imageInputTokens;
  const parts = [
    nanoMillionths(Math.max(0, usage.inputTokens - apart), rate.input),
    nanoMillionths(usage.cachedInputTokens - cachedAudioTokens, rate.cachedInput),
    nanoMillionths(usage.cacheWriteTokens - cacheWriteHourTokens, rate.cacheWrite),
    nanoMillionths(usage.outputTokens - audioOutputTokens, rate.output),
  ];
  // Most calls have none of these.
  if (cachedAudioTokens > 0) parts.push(nanoMillionths(cachedAudioTokens, rate.cachedAudio ?? rate.cachedInput));
  if (cacheWriteHourTokens > 0) {
    parts.push(nanoMillionths(cacheWriteHourTokens, rate.cacheWriteHour ?? rate.cacheWrite));
  }
  if (audioInputTokens > 0) parts.push(nanoMillionths(audioInputTokens, rate.audioInput ?? rate.input));
  if (imageInputTokens > 0) parts.push(nanoMillionths(imageInputTokens, rate.imageInput ?? rate.input));
  if (audioOutputTokens > 0) parts.push(nanoMillionths(audioOutputTokens, rate.audioOutput ?? rate.output));
  if (rate.perRequest) parts.push(nanoMillionths(MILLION, rate.perRequest));
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
    (view.tokens ?? 0) +
    view.messages * MESSAGE_OVERHEAD_TOKENS +
    REQUEST_OVERHEAD_TOKENS +
    (view.toolNames.length > 0 ? TOOL_PREAMBLE_TOKENS : 0) +
    view.images * model.imageTokens
  );
}

/**
 * The usage that cannot be exceeded: the input's bound, and the output limit for each choice. Any of it can be of a kind
 * that is not 0.
 */
export function usageBound(
  view: RequestView,
  model: Pick<Model, 'imageTokens'>,
  outputLimit: number,
  content = contentBytes(view),
): Usage {
  const inputTokens = inputTokenBound(view, model, content);
  const outputTokens = outputLimit * view.choices;
  const { cacheWrites, images, needs } = view;
  return {
    ...NO_USAGE,
    inputTokens,
    cacheWriteTokens: cacheWrites === 'no' ? 0 : inputTokens,
    cacheWriteHourTokens: cacheWrites === 'hour' ? inputTokens : 0,
    cachedAudioTokens: needs.audio ? inputTokens : 0,
    audioInputTokens: needs.audio ? inputTokens : 0,
    imageInputTokens: images > 0 ? inputTokens : 0,
    outputTokens,
    audioOutputTokens: needs.audio ? outputTokens : 0,
  };
}

/** The most that a million tokens of input can cost at a rate, however they are read: plainly, by a cache, as sound. */
export function dearestInput(rate: Rate): number {
  const { input, cachedInput, cacheWrite, cacheWriteHour = 0, audioInput = 0, cachedAudio = 0, imageInput = 0 } = rate;
  return Math.max(input, cachedInput, cacheWrite, cacheWriteHour, audioInput, cachedAudio, imageInput);
}

/** The most that a million tokens of output can cost at a rate. */
export const dearestOutput = (rate: Rate): number => Math.max(rate.output, rate.audioOutput ?? 0);

/** The most that a million tokens of a bound's input can cost at a rate, by the kinds that they can be of. */
function dearestOf(bound: Usage, rate: Rate): number {
  let most = Math.max(rate.input, rate.cachedInput);
  if (bound.cacheWriteTokens > 0) most = Math.max(most, rate.cacheWrite);
  if (bound.cacheWriteHourTokens > 0) most = Math.max(most, rate.cacheWriteHour ?? 0);
  if (bound.audioInputTokens > 0) most = Math.max(most, rate.audioInput ?? 0, rate.cachedAudio ?? 0);
  if (bound.imageInputTokens > 0) most = Math.max(most, rate.imageInput ?? 0);
  return most;
}

/** The most that a usage within a bound can cost: its input and output each at their dearest, as the bound allows them. */
export function costBound(usage: Usage, price: Price): number {
  const bound = { ...NO_USAGE, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
  let most = 0;
  for (const rate of price) {
    if (rate.aboveInputTokens > 0 && usage.inputTokens <= rate.aboveInputTokens) continue;
    const output = usage.audioOutputTokens > 0 ? dearestOutput(rate) : rate.output;
    const dearest = { ...rate, aboveInputTokens: 0, input: dearestOf(usage, rate), output };
    most = Math.max(most, costOf(bound, [dearest]));
  }
  return most;
}

const WHOLE = 10_000;

/** An amount less so many hundredths of a percent, rounded half up; a negative discount is a surcharge. */
function lessDiscount(amount: number, basisPoints: number): number {
  const product = amount * (WHOLE - basisPoints);
  if (Number.isSafeInteger(product + WHOLE / 2)) return Math.floor((product + WHOLE / 2) / WHOLE);
  return Number((BigInt(amount) * BigInt(WHOLE - basisPoints) + BigInt(WHOLE / 2)) / BigInt(WHOLE));
}

/**
 * A price less a discount in hundredths of a percent (-10,000 to 10,000; below 0 it is a surcharge): each amount is
 * rounded half up to a whole nano-dollar for a million tokens.
 */
export function discounted(price: Price, basisPoints: number): Price {
  if (basisPoints === 0) return price;
  const less = (rate: Rate): Rate => {
    const amounts = AMOUNTS.flatMap((name): [string, number][] => {
      const amount = rate[name];
      return amount === undefined ? [] : [[name, lessDiscount(amount, basisPoints)]];
    });
    return { ...rate, ...Object.fromEntries(amounts) };
  };
  const [first, ...rest] = price;
  return [less(first), ...rest.map(less)];
}

/**
 * A first guess of the tokens of a request's input: about four characters of English each, fewer where letters take more
 * bytes.
 */
export function estimateInputTokens(view: RequestView): number {
  const { characters, bytes } = textSize(view.slots);
  return Math.ceil((characters + bytes) / 8) + Math.ceil(view.otherBytes / 4) + (view.tokens ?? 0);
}

/** Small below 2.5 dollars for a million tokens of output, large from 12.5 dollars, in between standard. */
export function tierOf(price: Price | null): Tier {
  if (price === null) return 'standard';
  const output = price[0].output;
  return output < 2_500_000_000 ? 'small' : output < 12_500_000_000 ? 'standard' : 'large';
}

/** Nano-dollars as people read them: "$1,250.50", "$0.000123". */
export function dollars(nano: number): string {
  const value = nano / 1e9;
  if (value === 0) return '$0';
  const digits = Math.abs(value) >= 0.01 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(Math.abs(value))));
  const written = Math.abs(value).toFixed(digits);
  const point = written.length - digits - 1;
  const whole = point > 3 ? written.slice(0, point).replace(/\B(?=(?:\d{3})+$)/g, ',') : written.slice(0, point);
  return `${value < 0 ? '-' : ''}$${whole}${written.slice(point)}`;
}
