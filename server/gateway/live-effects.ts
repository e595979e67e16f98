/** What nodes ask of the outside, really done: hold money, call models. */
import type { CallFailure, CallNeed, CallResult, Effects } from '../../policies/effects.ts';
import { unansweredHold } from '../../policies/hold.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { lacks, modelNamed, tooLong } from '../../policies/model-fit.ts';
import { NO_USAGE } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { classifyText, redactText } from '../../policies/text-effects.ts';
import { SignalboxError } from '../errors.ts';
import { RequestHolds } from '../money/holds.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { type Provider, UpstreamError } from '../providers/provider.ts';
import type { Intent } from '../records/record.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import { tell, watched } from './alerting.ts';
import type { Exchange } from './exchange.ts';
import { RequestThrottles } from './request-throttles.ts';
import { unreportedUsage } from './unreported-usage.ts';
import { UpstreamAnswer } from './upstream-answer.ts';

const refused = (need: CallNeed, model: Model | null, failure: CallFailure, message: string): CallResult => ({
  ok: false,
  model: model?.id ?? null,
  asked: need.model,
  failure,
  message,
});

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
  return {
    classify: (_need, run) => classifyText(run),
    redact: redactText,
    hold: (need, run) =>
      need.ifUnavailable === 'refuse' && gateway.writer.stuck
        ? unansweredHold(need, budget(need.budget), { port: 'unavailable', why: 'store_down' })
        : watched(exchange, holds.take(need, run)),
    alert: (need, run) => tell(exchange, organisation, need, run),
    throttle: (need, run) => {
      exchange.throttles ??= new RequestThrottles(gateway.throttles, organisation, exchange.policy?.id ?? '', lookup);
      if (exchange.clientGone) exchange.throttles.hangUp();
      return exchange.throttles.enter(need, run);
    },
    call: (need, run) => {
      const model = modelNamed(need.model, run, lookup);
      const provider = model && gateway.providers.get(model.provider);
      if (!model || !provider)
        return refused(need, null, 'unknown_model', need.model === 'asked' ? parsed.view.model : need.model);
      const missing = lacks(model, run);
      if (missing) return refused(need, model, 'unsupported', missing);
      if (tooLong(run, model))
        return refused(need, model, 'context_too_long', `its context is ${model.contextTokens} tokens`);
      if (gateway.coolDowns.isCooling(model.id, Date.now()))
        return refused(need, model, 'cooling_down', 'it failed a moment ago');
      const goOn = (fits: boolean): CallResult | Promise<CallResult> =>
        fits
          ? call(exchange, parsed, need, run, model, provider, holds)
          : refused(need, model, 'over_budget', 'the budget does not allow what it could cost');
      const fits = holds.fit(run, model);
      return fits instanceof Promise ? fits.then(goOn) : goOn(fits);
    },
  };
}

async function call(
  exchange: Exchange,
  parsed: ClientRequest,
  need: CallNeed,
  run: Run,
  model: Model,
  provider: Provider,
  holds: RequestHolds,
): Promise<CallResult> {
  const { gateway } = exchange;
  if (holds.any) await writeDown(gateway, intentOf(exchange, parsed, run, model, holds), holds);
  if (exchange.clientGone) return refused(need, model, 'aborted', 'the client hung up');
  const body = parsed.outgoing(run, model);
  exchange.sent = body;
  const placeholders = run.placeholders && run.placeholders.size > 0 ? run.placeholders : null;
  const answer = new UpstreamAnswer(model, parsed, placeholders);
  exchange.calling = answer;
  try {
    await answer.begin(provider, {
      protocol: exchange.protocol,
      model,
      body,
      stream: parsed.view.stream,
      timeoutMs: need.timeoutMs,
      headers: passedOn(exchange),
    });
  } catch (error) {
    const failed =
      error instanceof UpstreamError ? error : new UpstreamError('server_error', String(error), { billed: 'maybe' });
    const taken = exchange.attempted(need.node, answer, {
      failure: failed.failure,
      status: failed.status,
      message: failed.message,
      unreported: failed.billed === 'maybe' && !answer.usage ? await unreportedUsage(answer, run) : null,
    });
    holds.attemptUsed(taken);
    gateway.coolDowns.failed(model.id, failed.failure, Date.now(), need.cooldownMs, failed.retryAfterMs);
    return {
      ...refused(need, model, failed.failure, failed.message),
      ...(failed.status === null ? {} : { status: failed.status }),
      ...(failed.retryAfterMs === null ? {} : { retryAfterMs: failed.retryAfterMs }),
    };
  } finally {
    exchange.upstreamMs += performance.now() - answer.startedAt;
  }
  exchange.answer = answer;
  exchange.answeringNode = need.node;
  return { ok: true, model: model.id, asked: need.model };
}

/**
 * Commits an intent before money is put at risk. A store that does not answer stops the request, unless all its budget nodes
 * let it go on: then only a crash before its record is written could make its spending be forgotten.
 */
async function writeDown(gateway: Exchange['gateway'], intent: Intent, holds: RequestHolds): Promise<void> {
  try {
    await gateway.writer.intent(intent);
  } catch (error) {
    const down = error instanceof SignalboxError && error.code === 'record_failed';
    if (!down || !holds.goesOnUnwritten) throw error;
  }
}

const TRACE_HEADERS = ['traceparent', 'tracestate'];

/** Headers for the upstream: our id of the request, the caller's trace, and what belongs to the client's protocol. */
export function passedOn(exchange: Pick<Exchange, 'id' | 'req' | 'protocol'>): Record<string, string> {
  const headers: Record<string, string> = { 'x-request-id': exchange.id };
  for (const name of [...TRACE_HEADERS, ...exchange.protocol.passedHeaders]) {
    const value = exchange.req.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}

function intentOf(exchange: Exchange, parsed: ClientRequest, run: Run, model: Model, holds: RequestHolds): Intent {
  const { gateway, key, policy } = exchange;
  if (!key) throw new Error('A request without a key cannot hold money.');
  const charges = holds.intended();
  return {
    id: exchange.id,
    gateway: gateway.gateway,
    boot: gateway.boot,
    sequence: exchange.sequence,
    organisation: key.organisation,
    project: key.project,
    key: key.id,
    at: exchange.at,
    requestedModel: parsed.view.model,
    model: model.id,
    policy: policy?.id ?? null,
    version: policy?.version ?? null,
    tags: Object.fromEntries(run.tags),
    charges,
    usage: NO_USAGE,
    cost: charges.reduce((most, charge) => (charge.unit === 'usd' ? Math.max(most, charge.held) : most), 0),
  };
}
