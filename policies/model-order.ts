/** In which order the models of a list are tried, by how one of them is to be chosen. */
import { bucketOf } from './bucket.ts';
import type { OrderNeed, OrderResult } from './effects.ts';
import type { ModelLookup } from './model.ts';
import { boundFor, usableModel } from './model-fit.ts';
import { costBound } from './price.ts';
import { lastUserText, type RequestView } from './request.ts';
import type { Run } from './run.ts';

/** How a model has been doing lately; null where nothing was measured. */
export interface Measured {
  /** Mean time to the first content of an answer, in milliseconds. */
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
  /** Calls that have not ended. */
  readonly underWay: number;
}

export const NOT_MEASURED: Measured = { firstTokenMs: null, tokensPerSecond: null, underWay: 0 };

/** What an order depends on besides the request. */
export interface OrderInputs {
  readonly models: ModelLookup;
  readonly measured: (model: string) => Measured;
  /** From 0 up to 1. */
  readonly chance: number;
  /** How many requests have come before, for turns. */
  readonly turn: number;
  /** The model that the conversation had before, as the node names it; null where there is none. */
  readonly before: string | null;
}

/** Tokens of an answer that speeds are compared by, where the request sets no limit. */
const TYPICAL_ANSWER = 500;

/** The order for one request; a stable one: what is equal stays in the order of the list. */
export function orderModels(need: OrderNeed, run: Run, inputs: OrderInputs): OrderResult {
  const { by, names, conversation } = need;
  const { before } = inputs;
  const order = ordered(need, run, inputs);
  const kept = before !== null && names.includes(before);
  return {
    order: kept ? [before, ...order.filter((name) => name !== before)] : order,
    by,
    names,
    ...(by === 'shares' && { drawn: inputs.chance }),
    ...(conversation !== null && { kept }),
  };
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** Whether a strategy goes by what a node has done before, or by its own lot: then another node says nothing about it. */
const IS_OF_NODE: Readonly<Record<OrderNeed['by'], boolean>> = {
  cheapest: false,
  fastest: false,
  least_loaded: false,
  round_robin: true,
  shares: true,
};

/** Whether what another node chose says what this one would have chosen. */
export const saysOfOthers = ({ by, conversation }: OrderNeed): boolean => !IS_OF_NODE[by] && conversation === null;

/**
 * The recorded order put to another version of its node's question: lots are drawn anew among its shares. Null where the
 * record does not tell, as with another list.
 */
export function orderAgain(found: OrderResult, need: OrderNeed, run: Run): OrderResult | null {
  const { by, names, conversation } = need;
  if (found.by !== by || (found.kept === undefined) !== (conversation === null)) return null;
  if (by !== 'shares') return found.names && sameList(found.names, names) ? found : null;
  if (found.drawn === undefined) return null;
  const before = found.kept === true ? (found.order[0] ?? null) : null;
  return orderModels(need, run, { ...NOTHING_KNOWN, chance: found.drawn, before });
}

/** Nothing of which shares depend on. */
const NOTHING_KNOWN = { models: () => undefined, measured: () => NOT_MEASURED, turn: 0 };

function ordered(need: OrderNeed, run: Run, inputs: OrderInputs): readonly string[] {
  const { names, shares } = need;
  switch (need.by) {
    case 'round_robin':
      return names.map((_, i) => names[(i + inputs.turn) % names.length] ?? '');
    case 'shares': {
      const first = drawn(shares, inputs.chance);
      return lowestFirst(names, (_, i) => (i === first ? Number.NEGATIVE_INFINITY : -(shares[i] ?? 0)));
    }
    case 'cheapest':
      return lowestFirst(names, (name) => costAtMost(name, run, inputs.models));
    case 'fastest':
      return lowestFirst(names, (name) => expectedMs(name, run, inputs));
    case 'least_loaded':
      return lowestFirst(names, (name) => {
        const model = usableModel(name, run, inputs.models);
        return model ? inputs.measured(model.id).underWay : Number.POSITIVE_INFINITY;
      });
  }
}

function lowestFirst(names: readonly string[], of: (name: string, index: number) => number): string[] {
  return names
    .map((name, i) => ({ name, value: of(name, i) }))
    .sort((a, b) => (a.value === b.value ? 0 : a.value - b.value))
    .map(({ name }) => name);
}

/** The place that a lot falls on; the first where nothing has a share. */
function drawn(shares: readonly number[], chance: number): number {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let left = chance * whole;
  for (const [i, share] of shares.entries()) {
    left -= share;
    if (left < 0) return i;
  }
  return 0;
}

/** The most that the request can cost with a model, in nano-dollars; without end where there is none or no price. */
function costAtMost(name: string, run: Run, models: ModelLookup): number {
  const model = usableModel(name, run, models);
  return model?.price ? costBound(boundFor(run, model, TYPICAL_ANSWER), model.price) : Number.POSITIVE_INFINITY;
}

/** How long the answer would take; no time where that was not measured lately, so that it is measured. */
function expectedMs(name: string, run: Run, { models, measured }: OrderInputs): number {
  const model = usableModel(name, run, models);
  if (!model) return Number.POSITIVE_INFINITY;
  const { firstTokenMs, tokensPerSecond } = measured(model.id);
  if (firstTokenMs === null) return 0;
  const tokens = Math.min(run.outputLimit ?? TYPICAL_ANSWER, TYPICAL_ANSWER);
  return firstTokenMs + (tokensPerSecond === null ? 0 : (tokens / tokensPerSecond) * 1000);
}

/** Texts that stay the same as long as a conversation goes on: what comes before the first answer. */
export function conversationOf(view: RequestView): string {
  const first: string[] = [];
  for (const { role, purpose, text } of view.slots) {
    if (role === 'assistant' && purpose === 'message') break;
    if (purpose === 'message' || purpose === 'instructions') first.push(text);
    if (role === 'user' && purpose === 'message') break;
  }
  return `${bucketOf(first.length === 0 ? lastUserText(view) : first.join('\n'), view.endpoint)}`;
}
