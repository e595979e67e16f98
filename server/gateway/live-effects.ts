/** What nodes ask of the outside, really done: hold money, call models. */
import { bucketOf } from '../../policies/bucket.ts';
import type { CacheNeed, CacheResult, Effects } from '../../policies/effects.ts';
import { unansweredHold } from '../../policies/hold.ts';
import type { ModelLookup } from '../../policies/model.ts';
import type { Run } from '../../policies/run.ts';
import { classifyText, redactText } from '../../policies/text-effects.ts';
import { RequestHolds } from '../money/holds.ts';
import { tokenCounter } from '../money/token-counter.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import { tell, watched } from './alerting.ts';
import { RequestCaching } from './caching.ts';
import { ModelCalls } from './call.ts';
import type { Exchange } from './exchange.ts';
import { RequestThrottles } from './request-throttles.ts';

/** The effects of one request whose key, body and policy are known. */
export function liveEffects(exchange: Exchange, parsed: ClientRequest, organisation: string): Effects {
  const { gateway, runtime } = exchange;
  const { lookup: known, priceAt } = runtime.models(organisation);
  const lookup: ModelLookup = (name) => {
    const model = known(name);
    if (!model) return undefined;
    const price = priceAt(model, exchange.at)?.price ?? null;
    return gateway.overruns.widened(price === model.price ? model : { ...model, price });
  };
  const budget = runtime.budget(organisation);
  const holds = new RequestHolds(gateway.counters, budget, lookup, tokenCounter);
  exchange.holds = holds;
  const calls = new ModelCalls(exchange, parsed, organisation, lookup, holds);
  return {
    classify: (_need, run) => classifyText(run),
    redact: redactText,
    hold: (need, run) =>
      need.ifUnavailable === 'refuse' && gateway.writer.stuck
        ? unansweredHold(need, budget(need.budget), { port: 'unavailable', why: 'store_down' })
        : watched(exchange, holds.take(need, run)),
    chance: ({ node }) => ({ chance: bucketOf(exchange.id, node) }),
    cache: (need, run) => fromCache(exchange, parsed, need, run),
    shadow: (need, run) => gateway.shadows.send(exchange, parsed, need, run, lookup),
    alert: (need, run) => tell(exchange, organisation, need, run),
    throttle: (need, run) => {
      const policyOf = (node: string): string => exchange.policyOf(node)?.id ?? '';
      exchange.throttles ??= new RequestThrottles(gateway.throttles, organisation, policyOf, lookup);
      if (exchange.clientGone) exchange.throttles.hangUp();
      return exchange.throttles.enter(need, run);
    },
    order: (need, run) => calls.order(need, run),
    call: (need, run) => calls.call(need, run),
  };
}

/** Looks into a cache; a hit is the answer of the request. */
async function fromCache(exchange: Exchange, parsed: ClientRequest, need: CacheNeed, run: Run): Promise<CacheResult> {
  const { id, at, req, protocol, key, policy, mandatory, models, gateway } = exchange;
  if (!key || !policy || !models) return { cache: 'miss', model: null, ageMs: null };
  exchange.caching ??= new RequestCaching(
    gateway.cache,
    { id, at, req, protocol, key, policy, mandatory, models },
    parsed,
  );
  const { result, answer } = await exchange.caching.look(need, run);
  if (answer) exchange.answer = answer;
  return result;
}
