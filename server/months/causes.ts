/** Why two accounts of a model and a day are likely to differ, each in a sentence. */
import type { Amounts } from './amounts.ts';

/** What we have of a model on a day; the last three are parts of the whole. */
export interface Ours extends Amounts {
  /** Calls that are charged at their hold, since the gateway stopped before they were recorded, and what they cost. */
  readonly lost: bigint;
  readonly lostCost: bigint;
  /** Calls whose tokens the provider has not said. */
  readonly estimated: bigint;
}

export interface Found {
  /** Such as `2026-10-31`. */
  readonly day: string;
  /** Without the name of the provider. */
  readonly model: string;
  readonly ours: Ours | null;
  readonly theirs: Amounts | null;
}

/** What the vendor's file says at all. */
export interface Told {
  readonly tokens: boolean;
  readonly cost: boolean;
}

export interface Context {
  readonly provider: string;
  readonly zone: string;
  readonly has: Told;
  /** Days of which the file has anything. */
  readonly days: ReadonlySet<string>;
  readonly at: (day: string, model: string) => Found | undefined;
  /** The models that went through us, without the name of the provider. */
  readonly models: ReadonlySet<string>;
}

/** Half a cent, in nano-dollars: what many roundings can add up to. */
const NO_MATTER = 5_000_000n;

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const tokensOf = (amounts: Amounts | null): bigint => (amounts ? amounts.inputTokens + amounts.outputTokens : 0n);
const costOf = (amounts: Amounts | null): bigint => amounts?.cost ?? 0n;

/** Ours less theirs, in tokens where the file has them, else in nano-dollars. */
const differenceOf = ({ ours, theirs }: Found, { tokens }: Told): bigint =>
  tokens ? tokensOf(ours) - tokensOf(theirs) : costOf(ours) - costOf(theirs);

const costsDiffer = ({ ours, theirs }: Found): boolean => size(costOf(ours) - costOf(theirs)) > NO_MATTER;

/** Whether both say the same, as far as the file says anything. Less than half a cent is no difference. */
export function isSame(row: Found, has: Told): boolean {
  if (has.tokens && differenceOf(row, has) !== 0n) return false;
  return !has.cost || !costsDiffer(row);
}

/** Of amounts that differ by less than a twentieth. */
const isAbout = (a: bigint, b: bigint): boolean => size(a - b) * 20n <= size(b);

/** The likely cause of a difference, as one sentence. */
export function causeOf(row: Found, context: Context): string {
  const { has, days, models, provider, zone, at } = context;
  const { day, model, ours, theirs } = row;
  const difference = differenceOf(row, has);
  if (ours === null && !models.has(model)) {
    return model === ''
      ? 'The file names no model here: it is a fee, or something else that is no call of a model.'
      : 'This model was never called through the gateway in this month: it was used past the gateway, or the file has another name for it.';
  }
  if (theirs === null && !days.has(day)) {
    return 'The file has nothing at all of this day: it may have been exported before the day was over, or for a shorter time.';
  }
  if (difference !== 0n && isMoved(row, difference, has, at)) {
    return `What differs here stands on the day beside it with the opposite sign: the file may begin its days by other clocks than those of ${zone}.`;
  }
  if (has.tokens && difference === 0n) {
    return 'The tokens are the same and the cost is not: the vendor counts with another price. Look at the price of the model.';
  }
  if (ours !== null && ours.lost > 0n && isLostOnes(row, difference, has)) {
    const [count, are] = ours.lost === 1n ? ['One lost request', 'is'] : [`${ours.lost} lost requests`, 'are'];
    return `${count} ${are} charged here at their hold, the most that they could cost; the vendor may have charged less. A correction can give the rest back.`;
  }
  if (ours !== null && ours.estimated > 0n) {
    const [calls, were] = ours.estimated === 1n ? ['One call', 'was'] : [`${ours.estimated} calls`, 'were'];
    return `${calls} of this day ${were} broken off, or ended without the vendor’s count, so that our figure is an estimate.`;
  }
  if (theirs === null) {
    return 'The file has nothing of this model on this day: it may have another name for it, or leave out what cost nothing.';
  }
  if (difference < 0n || costOf(ours) < costOf(theirs)) {
    return `More was used at the vendor than went through the gateway: another program may use the same account of ${provider}.`;
  }
  return 'More went through the gateway than the file has: it may not be complete yet, or be of one project or key alone.';
}

const DAY_MS = 86_400_000;

/** Whether a day beside it lacks what this one has too much, or the other way round. */
function isMoved({ day, model }: Found, difference: bigint, has: Told, at: Context['at']): boolean {
  return [-DAY_MS, DAY_MS].some((step) => {
    const beside = at(new Date(Date.parse(day) + step).toISOString().slice(0, 10), model);
    return beside !== undefined && isAbout(-differenceOf(beside, has), difference);
  });
}

/** Whether what was lost is large enough to be the difference. */
function isLostOnes({ ours, theirs }: Found, difference: bigint, has: Told): boolean {
  if (!ours || difference <= 0n) return false;
  if (has.tokens && !has.cost) return true;
  return costOf(ours) - costOf(theirs) <= ours.lostCost + NO_MATTER;
}
