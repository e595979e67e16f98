/** What the outside answered to a recorded request, given again to the nodes of a replay. */
import { bucketOf } from './bucket.ts';
import { scopeNow } from './budget-tree.ts';
import { CannotTell } from './cannot-tell.ts';
import type { TraceStep } from './decision.ts';
import type {
  AlertResult,
  CacheResult,
  CallNeed,
  CallResult,
  ChanceResult,
  EffectResult,
  Effects,
  HoldNeed,
  HoldResult,
  OrderNeed,
  OrderResult,
  RedactResult,
  ShadowResult,
  ThrottleResult,
} from './effects.ts';
import { budgetsOf, decidedAnew, decideHold, type HoldBounds, type HoldDecision } from './hold.ts';
import { applyOutputLimit } from './model-fit.ts';
import { orderAgain, saysOfOthers } from './model-order.ts';
import type { Recorded } from './recorded-facts.ts';
import type { Run } from './run.ts';
import { outputLimitOf, type Standing, standingAfter } from './standing.ts';
import type { Complexity } from './text/complexity.ts';
import { rulesDigest } from './text-effects.ts';
import { throttleAgain } from './throttle.ts';
import { isPartUnseen } from './unseen.ts';

/** What may be taken for granted where the record does not say; null where that cannot be told either. */
export interface Assumptions {
  /** What a model would have answered that was not called. */
  uncalled(need: CallNeed, run: Run): CallResult | null;
  /** In which order models would have been tried among which none was chosen. */
  unordered(need: OrderNeed, run: Run): OrderResult | null;
  /**
   * What a hold would have been decided whose bounds were taken over other models, or with another limit of the answer:
   * `outputBefore` tokens, null where that is not known.
   */
  otherBounds(found: HoldResult, need: HoldNeed, run: Run, outputBefore: number | null): HoldDecision | null;
  /** What a budget would have decided whose state whoever replays may not see, asked the same by another version. */
  unseen(found: HoldResult, need: HoldNeed): HoldDecision | null;
}

/** What a hold decided when it was recorded. */
export const decidedThen = ({ port, why, amount, level = 0 }: HoldResult): HoldDecision => ({
  port,
  why,
  amount,
  level,
});

const isHold = (result: EffectResult): result is HoldResult => 'budgetName' in result;
const isCall = (result: EffectResult): result is CallResult => 'ok' in result;
const isOrder = (result: EffectResult): result is OrderResult => 'order' in result;
const isScore = (result: EffectResult): result is Complexity => 'score' in result;
const isFound = (result: EffectResult): result is RedactResult => 'found' in result;
const isAlert = (result: EffectResult): result is AlertResult => 'alert' in result;
const isChance = (result: EffectResult): result is ChanceResult => 'chance' in result;
const isCache = (result: EffectResult): result is CacheResult => 'cache' in result;
const isShadow = (result: EffectResult): result is ShadowResult => 'shadow' in result;
const isThrottle = (result: EffectResult): result is ThrottleResult => 'waitedMs' in result;

function sameModels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join('\n') === [...b].sort().join('\n');
}

function overSameModels(found: HoldResult, need: HoldNeed): boolean {
  return sameModels(found.within, need.within) && (need.warnAt === null || sameModels(found.warning, need.warning));
}

/** Whether tokens would have been counted for this decision, while there was no need to for the one recorded. */
function uncounted(found: HoldResult, decided: HoldDecision): boolean {
  const other = decided.port !== found.port || decided.why !== found.why;
  return found.counted === 'needless' && other && decided.why === 'over_limit';
}

/** Whether each budget of an answer would be asked for the same part of the organisation now: nodes may have set other tags. */
function countsForTheSame(found: HoldResult, run: Run): boolean {
  const { own, above } = budgetsOf(found);
  return [own, ...above].every(({ scope }) => scopeNow(scope, run) === scope);
}

/** Whether a model could be lacking something for the request as it stood then just as for the request as it stands now. */
function sameNeeds(stood: Standing, now: Standing, { view }: Run): boolean {
  if (view.endpoint === 'embeddings') return stood.instructed === now.instructed;
  return !view.needs.tools || stood.withoutTools === now.withoutTools;
}

/** Whether all that a choice depends on of the request is as it was. */
function isOrderedAlike({ by, conversation }: OrderNeed, stood: Standing, now: Standing): boolean {
  const isByRequest = by === 'cheapest' || by === 'fastest' || by === 'least_loaded';
  // A conversation is known by its first texts.
  if ((isByRequest || conversation !== null) && stood.texts !== now.texts) return false;
  return !isByRequest || stood.answer === now.answer;
}

/** What the outside answered when the request was recorded; `own` says that the version is the one that decided it. */
export function recordedEffects(
  recorded: Recorded,
  own: boolean,
  assumptions: Assumptions,
  stepsNow: readonly TraceStep[],
): Effects {
  const all = recorded.trace.flatMap(({ node, results = [] }, i) => {
    const before = recorded.trace.slice(0, i);
    return results.map((result) => ({ node, result, before, stood: standingAfter(before) }));
  });
  const used = new Set<unknown>();
  /** The first answer not used yet that fits, of the same node before those of others, where these are asked at all. */
  const take = <R extends EffectResult>(
    node: string,
    is: (result: EffectResult) => result is R,
    fits: (result: R, stood: Standing) => boolean,
    ofOthers = true,
  ): { readonly result: R; readonly before: readonly TraceStep[]; readonly stood: Standing } | null => {
    for (const sameNode of ofOthers ? [true, false] : [true]) {
      for (const one of all) {
        const { result, before, stood } = one;
        if (used.has(one) || (one.node === node) !== sameNode || !is(result) || !fits(result, stood)) continue;
        used.add(one);
        return { result, before, stood };
      }
    }
    return null;
  };
  const standsNow = (): Standing => standingAfter(stepsNow);
  const sameTexts = (stood: Standing): boolean => stood.texts === standsNow().texts;
  const orderThen = (need: OrderNeed, run: Run): OrderResult | null => {
    const { node, by } = need;
    if (own) return take(node, isOrder, (one) => one.by === by && sameModels(one.order, need.names))?.result ?? null;
    const now = standsNow();
    const fits = (one: OrderResult, stood: Standing): boolean =>
      isOrderedAlike(need, stood, now) && orderAgain(one, need, run) !== null;
    const found = take(node, isOrder, fits, saysOfOthers(need));
    return found && orderAgain(found.result, need, run);
  };
  return {
    classify: (need) => {
      const found = take(need.node, isScore, (_, stood) => sameTexts(stood));
      if (!found)
        throw new CannotTell(need.node, 'what is to be classified here was not classified when it was recorded');
      return found.result;
    },
    redact: (need, run) => {
      // The texts have changed for the facts that are read from them: a step behind this one has notes of its own.
      run.changed();
      const found = own ? take(need.node, isFound, () => true) : null;
      if (found) return found.result;
      // What other rules would find needs the text, and so does what these would find in other texts.
      const digest = rulesDigest(need.rules);
      const same = take(need.node, isFound, ({ rules }, stood) => rules === digest && sameTexts(stood));
      if (!same) {
        throw new CannotTell(
          need.node,
          'what these rules would find here was not recorded, since records keep no text',
        );
      }
      return same.result;
    },
    hold: (need, run) => {
      const isIts = (result: HoldResult): boolean => budgetsOf(result).own.budget === need.budget;
      const taken = take(need.node, isHold, (result) => isIts(result) && (own || countsForTheSame(result, run)));
      if (!taken) {
        const isOfOthers = all.some(({ result }) => isHold(result) && isIts(result));
        throw new CannotTell(
          need.node,
          isOfOthers
            ? 'it would count for others here, and what their part of this budget stood at was not recorded'
            : 'the state of this budget was not recorded for this request',
        );
      }
      const { result: found, before, stood } = taken;
      if (found.bounds === null) {
        if (found.why === 'price_unknown' && !overSameModels(found, need)) {
          throw new CannotTell(need.node, 'what this request could cost with these models was not recorded');
        }
        if (found.why === 'cost_unbounded' && need.allowEstimate) {
          throw new CannotTell(need.node, 'what this request could cost by an estimate was not recorded');
        }
        return found;
      }
      const now = standsNow();
      if (stood.texts !== now.texts) {
        throw new CannotTell(
          need.node,
          'what this request could cost with its texts as they are here was not recorded',
        );
      }
      const outputBefore =
        stood.answer === now.answer
          ? (run.outputLimit ?? found.outputLimit)
          : outputLimitOf(before, recorded.facts, found.outputLimit);
      const isAsked = stood.limits === now.limits && outputBefore === (run.outputLimit ?? need.outputLimit);
      const known = isAsked && overSameModels(found, need);
      const budgets = budgetsOf(found);
      const again = (bounds: HoldBounds): HoldDecision | null => {
        if (!isPartUnseen(found)) return decideHold(budgets.own, bounds, need.warnAt, budgets.above);
        return own ? decidedThen(found) : assumptions.unseen(found, need);
      };
      const decided = known ? again(found.bounds) : assumptions.otherBounds(found, need, run, outputBefore);
      if (!decided && isPartUnseen(found)) {
        throw new CannotTell(need.node, 'that depends on what was left of a budget that you may not see');
      }
      if (!decided) {
        throw new CannotTell(need.node, 'what this request could cost with these models and limits was not recorded');
      }
      if (known && uncounted(found, decided)) {
        throw new CannotTell(need.node, 'how many tokens this request is was not counted when it was recorded');
      }
      if (decided.port !== 'exhausted') applyOutputLimit(need, run);
      return decidedAnew(found, decided, need.outputLimit);
    },
    throttle: (need, run) => {
      const { of, per, scope, node } = need;
      const sameCount = (one: ThrottleResult): boolean => one.of === of && one.per === per && one.scope === scope;
      // Each throttle counts for itself: how full another is says nothing about it.
      const found = take(node, isThrottle, sameCount, false);
      if (!found) throw new CannotTell(node, 'how much of this limit was used was not recorded for this request');
      const { result, stood } = found;
      const now = standsNow();
      const isAsked = result.basis === null || (stood.texts === now.texts && stood.limits === now.limits);
      const again = own ? result : isAsked ? throttleAgain(result, need, run) : null;
      if (again) return again;
      throw new CannotTell(
        node,
        'what it would have counted for here, or how long it would have waited, was not recorded',
      );
    },
    alert: ({ node, channel, scope }) =>
      // It changes nothing of the way, so that a request which never met it goes on as it would have.
      take(node, isAlert, (one) => one.channel === channel && one.scope === scope)?.result ?? {
        alert: 'not_known',
        channel,
        scope,
      },
    chance: ({ node }) => {
      // Each split draws a lot of its own: that of another says nothing about it.
      const found = take(node, isChance, () => true, false);
      if (found) return found.result;
      if (recorded.id !== undefined) return { chance: bucketOf(recorded.id, node) };
      throw new CannotTell(node, 'which variant it would have drawn was not recorded');
    },
    cache: ({ node }) => {
      // Each cache keeps its own, by all of the request as it stands there.
      const isSame = (stood: Standing): boolean => sameTexts(stood) && stood.answer === standsNow().answer;
      const found = take(node, isCache, (_, stood) => isSame(stood), false);
      return found?.result ?? { cache: 'not_known', model: null, ageMs: null };
    },
    shadow: ({ node }) =>
      take(node, isShadow, () => true)?.result ?? { shadow: 'not_known', model: null, record: null },
    order: (need, run) => {
      const found = orderThen(need, run);
      const result = found ?? assumptions.unordered(need, run);
      if (result) return result;
      throw new CannotTell(need.node, 'which of its models would have been chosen was not recorded');
    },
    call: (need, run) => {
      const asked = recorded.facts['request.model'];
      const found = take(
        need.node,
        isCall,
        (result, stood) => (result.asked ?? result.model) === need.model && sameNeeds(stood, standsNow(), run),
      );
      const result = found?.result ?? assumptions.uncalled(need, run);
      if (result) return result;
      throw new CannotTell(
        need.node,
        `it would call ${need.model === 'asked' ? String(asked) : need.model}, whose answer is not known`,
      );
    },
  };
}
