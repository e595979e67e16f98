/** Prices in words. Amounts are exact: half a cent matters for a million tokens. */
import { AMOUNTS, type Price, type Rate } from './model.ts';

type Amount = (typeof AMOUNTS)[number];

/** What the amounts of a rate are called. */
const AMOUNT_WORDS: Readonly<Record<Amount, string>> = {
  input: 'input',
  cachedInput: 'cached input',
  cacheWrite: 'cache writes',
  output: 'output',
  cacheWriteHour: 'cache writes for an hour',
  audioInput: 'sound in the input',
  cachedAudio: 'cached sound',
  imageInput: 'images in the input',
  audioOutput: 'sound in the output',
  perRequest: 'each request',
};

/** Nano-dollars as "$0.075" or "$3.00": every digit that there is, and at least cents; "free" for nothing. */
export function sayRate(nano: number): string {
  if (nano === 0) return 'free';
  const digits = String(nano).padStart(10, '0');
  const part = digits.slice(-9).replace(/0+$/, '').padEnd(2, '0');
  return `$${digits.slice(0, -9)}.${part}`;
}

/** Tokens as "128,000" or "1 million". */
export const sayTokens = (tokens: number): string =>
  tokens >= 1_000_000 ? `${(tokens / 1_000_000).toLocaleString('en-US')} million` : tokens.toLocaleString('en-US');

const sizeOf = ({ aboveInputTokens: above }: Rate): string =>
  above === 0 ? '' : `above ${sayTokens(above)} tokens of input: `;

/** Hundredths of a percent as a rate card takes them off: "-15 %", "+2.5 %". */
export const sayDiscount = (basisPoints: number): string =>
  `${basisPoints < 0 ? '+' : basisPoints > 0 ? '-' : ''}${Math.abs(basisPoints) / 100} %`;

/** The amounts of a price for a million tokens, a line for each size of the input. */
export function sayPrice(price: Price): string[] {
  return price.map((rate) => {
    const amounts = AMOUNTS.flatMap((name) => {
      const amount = rate[name];
      return amount === undefined ? [] : [`${AMOUNT_WORDS[name]} ${sayRate(amount)}`];
    });
    return `${sizeOf(rate)}${amounts.join(', ')}`;
  });
}

function sayStep(before: number, after: number): string {
  const share = before === 0 ? '' : ` (${after > before ? '+' : '-'}${sayPercent(Math.abs(after - before) / before)})`;
  return `${sayRate(before)} → ${sayRate(after)}${share}`;
}

const sayPercent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** What is another amount in one price than in the other, a line each; none where both cost the same. */
export function sayPriceChange(before: Price, after: Price): string[] {
  const sizes = [...new Set([...before, ...after].map((rate) => rate.aboveInputTokens))].sort((a, b) => a - b);
  const at = (price: Price, above: number): Rate =>
    price.findLast((rate) => rate.aboveInputTokens <= above) ?? price[0];
  return sizes.flatMap((above) => {
    const [old, now] = [at(before, above), at(after, above)];
    return AMOUNTS.flatMap((name) => {
      if (old[name] === undefined && now[name] === undefined) return [];
      const [from, to] = [amountOf(old, name), amountOf(now, name)];
      return from === to
        ? []
        : [`${sizeOf({ ...now, aboveInputTokens: above })}${AMOUNT_WORDS[name]} ${sayStep(from, to)}`];
    });
  });
}

/** An amount of a rate; where it is not there, the one that counts in its place. */
function amountOf(rate: Rate, name: Amount): number {
  const amount = rate[name];
  if (amount !== undefined) return amount;
  if (name === 'cacheWriteHour') return rate.cacheWrite;
  if (name === 'cachedAudio') return rate.cachedInput;
  if (name === 'audioInput' || name === 'imageInput') return rate.input;
  return name === 'audioOutput' ? rate.output : 0;
}
