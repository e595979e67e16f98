/** Calls of one request to models: whether one may be called now, when, with what, and what came of it. */
import { bucketOf } from '../../policies/bucket.ts';
import type { CallFailure, CallNeed, CallResult, OrderNeed, OrderResult } from '../../policies/effects.ts';
import { PASSING } from '../../policies/kinds/model/in-turn.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { lacks, mayUse, modelNamed, tooLong } from '../../policies/model-fit.ts';
import { orderModels } from '../../policies/model-order.ts';
import { estimateInputTokens } from '../../policies/price.ts';
import type { Run } from '../../policies/run.ts';
import type { RequestHolds } from '../money/holds.ts';
import { type Provider, UpstreamError } from '../providers/provider.ts';
import { withoutLacking } from '../wire/lacking.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Pass } from './breaker.ts';
import type { Exchange } from './exchange.ts';
import { intentOf, writeDown } from './intents.ts';
import { passedOn } from './passed-headers.ts';
import { retryDelay } from './retries.ts';
import { isUnsent, sentOf } from './sent.ts';
import { unreportedUsage } from './unreported-usage.ts';
import { type BeginLimit, UpstreamAnswer } from './upstream-answer.ts';
import type { OrganisationUpstreams, Upstream } from './upstreams.ts';

/** A call that may be made, with all that it needs. */
interface Call {
  readonly need: CallNeed;
  readonly run: Run;
  readonly model: Model;
  readonly provider: Provider;
  readonly upstream: Upstream;
  /** When the time for it is over, by the clock of the upstreams. */
  readonly until: number;
}

const refused = (need: CallNeed, model: Model | null, failure: CallFailure, message: string): CallResult => ({
  ok: false,
  model: model?.id ?? null,
  asked: need.model,
  failure,
  message,
});

export class ModelCalls {
  readonly #exchange: Exchange;
  readonly #parsed: ClientRequest;
  readonly #lookup: ModelLookup;
  readonly #holds: RequestHolds;
  readonly #known: OrganisationUpstreams;
  /** The node that has called last, and since when it and its model have been trying. */
  #node = '';
  #nodeSince = 0;
  #modelSince = 0;

  constructor(
    exchange: Exchange,
    parsed: ClientRequest,
    organisation: string,
    lookup: ModelLookup,
    holds: RequestHolds,
  ) {
    this.#exchange = exchange;
    this.#parsed = parsed;
    this.#lookup = lookup;
    this.#holds = holds;
    this.#known = exchange.gateway.upstreams.of(organisation);
  }

  /** Puts models into the order in which they are tried for this request. */
  order(need: OrderNeed, run: Run): OrderResult {
    const { upstreams } = this.#exchange.gateway;
    const { node, conversation } = need;
    const place = `${this.#exchange.policy?.id ?? ''}\n${node}`;
    const talk = conversation === null ? null : `${place}\n${conversation}`;
    const now = upstreams.now();
    const result = orderModels(need, run, {
      models: this.#lookup,
      measured: (model) => this.#known.of(model).health.figures(now),
      chance: conversation === null ? upstreams.chance() : bucketOf(conversation, place),
      turn: need.by === 'round_robin' ? this.#known.turn(place) : 0,
      before: talk === null ? null : (this.#known.conversations.get(talk) ?? null),
    });
    const [first] = result.order;
    if (talk !== null && first !== undefined) this.#known.conversations.set(talk, first);
    return result;
  }

  /** Answers when the model surely answers, or the call has failed or was not made. */
  call(need: CallNeed, run: Run): CallResult | Promise<CallResult> {
    const { gateway } = this.#exchange;
    const model = modelNamed(need.model, run, this.#lookup);
    const provider = model && gateway.providers.get(model.provider);
    if (!model || !provider) {
      return refused(need, null, 'unknown_model', need.model === 'asked' ? run.view.model : need.model);
    }
    if (!mayUse(model, run)) return refused(need, model, 'not_allowed', 'the key of this request may not use it');
    const missing = lacks(model, run);
    if (missing) return refused(need, model, 'unsupported', missing);
    if (tooLong(run, model)) {
      return refused(need, model, 'context_too_long', `its context is ${model.contextTokens} tokens`);
    }
    const until = this.#until(need, gateway.upstreams.now());
    if (until === null) return refused(need, model, 'timeout', 'the time was over before it could be called');
    const call = { need, run, model, provider, upstream: this.#known.of(model.id), until };
    return need.afterMs > 0 ? this.#rest(need.afterMs).then(() => this.#enter(call, 0)) : this.#enter(call, 0);
  }

  /** When the time for a call is over; null where it is already. */
  #until(need: CallNeed, now: number): number | null {
    if (this.#node !== need.node) {
      this.#node = need.node;
      this.#nodeSince = now;
    }
    if (need.tries === 0) this.#modelSince = now;
    const whole = need.deadlineMs === null ? Number.POSITIVE_INFINITY : this.#nodeSince + need.deadlineMs;
    const until = Math.min(this.#modelSince + need.timeoutMs, whole);
    return until <= now ? null : until;
  }

  /** Waits, unless the client hangs up. */
  async #rest(milliseconds: number): Promise<void> {
    const exchange = this.#exchange;
    const since = performance.now();
    if (exchange.clientGone) return;
    exchange.gateway.upstreams.resting += 1;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      exchange.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    exchange.gateway.upstreams.resting -= 1;
    exchange.wake = null;
    exchange.upstreamMs += performance.now() - since;
  }

  /** Lets a call through where its model is not being left alone and its account has room; `paced` is how long it has waited. */
  #enter(call: Call, pacedMs: number): CallResult | Promise<CallResult> {
    const { need, model, upstream, run } = call;
    if (this.#exchange.clientGone) return refused(need, model, 'aborted', 'the client hung up');
    const now = this.#exchange.gateway.upstreams.now();
    // A model that is tried again has been let through before.
    const mayPassOver = need.passOver && need.tries === 0;
    const pass = upstream.breaker.enter(now) ?? (mayPassOver ? null : 'free');
    if (pass === null) {
      const retryAfterMs = upstream.breaker.openInMs(now);
      return { ...refused(need, model, 'cooling_down', 'it failed a moment ago'), retryAfterMs };
    }
    const wait = this.#waitMs(call, pacedMs, now);
    if (wait > 0) {
      upstream.breaker.left(pass);
      if (wait <= need.waitMs - pacedMs && now + wait < call.until) {
        return this.#rest(wait).then(() => this.#enter(call, pacedMs + wait));
      }
      const full = refused(need, model, 'account_full', 'its account may do no more in this minute');
      return Number.isFinite(wait) ? { ...full, retryAfterMs: Math.ceil(wait) } : full;
    }
    const goOn = (fits: boolean): CallResult | Promise<CallResult> => {
      if (fits) return this.#send(call, pass, Math.round(pacedMs));
      upstream.breaker.left(pass);
      return refused(need, model, 'over_budget', 'the budget does not allow what it could cost');
    };
    const release = (error: unknown): never => {
      upstream.breaker.left(pass);
      throw error;
    };
    const fits = this.#holds.fit(run, model);
    return fits instanceof Promise ? fits.then(goOn, release) : goOn(fits);
  }

  /** Milliseconds until the account has room. What a vendor said decides only where there are others, or time to wait. */
  #waitMs({ need, model, upstream, run }: Call, pacedMs: number, now: number): number {
    const { pace } = upstream;
    const own = model.perMinute;
    if (!pace.isKnown && !own) return 0;
    const tokens = tokensOf(run);
    const ownWait = own ? pace.ownWaitMs(own, tokens, now) : 0;
    const heeds = need.passOver || pacedMs < need.waitMs;
    const saidWait = heeds ? pace.saidWaitMs(tokens, now) : 0;
    // As the last hope a call is made when its wait is over: then it is for the vendor to refuse it.
    return !need.passOver && saidWait > need.waitMs - pacedMs ? ownWait : Math.max(ownWait, saidWait);
  }

  async #send(call: Call, pass: Pass, pacedMs: number): Promise<CallResult> {
    const { need, run, model, upstream } = call;
    const exchange = this.#exchange;
    let isOver = false;
    try {
      if (this.#holds.any) {
        const intent = intentOf(exchange, this.#parsed, run, model, this.#holds);
        await writeDown(exchange.gateway, intent, this.#holds);
      }
      if (exchange.clientGone) return refused(need, model, 'aborted', 'the client hung up');
      let body = this.#parsed.outgoing(run, model);
      let dropped: readonly string[] | null = null;
      for (;;) {
        const { answer, error } = await this.#attempt(call, body);
        const now = exchange.gateway.upstreams.now();
        if (!error) {
          isOver = true;
          upstream.breaker.answered(now);
          upstream.health.began((answer.begunAt ?? answer.startedAt) - answer.startedAt, now);
          exchange.answer = answer;
          exchange.answeringNode = need.node;
          return noted({ ok: true, model: model.id, asked: need.model }, dropped, pacedMs);
        }
        const less = need.dropLacking ? withoutLacking(body, run.view.endpoint, error) : null;
        // What was refused before it left is no attempt: nobody was asked.
        if (less && error.status === null) answer.withdraw();
        else await this.#noteFailure(call, answer, error);
        if (less) {
          dropped = [...(dropped ?? []), less.dropped];
          body = less.body;
          continue;
        }
        isOver = true;
        const asked = error.failure === 'rate_limited' || error.failure === 'server_error' ? error.retryAfterMs : null;
        upstream.breaker.failed(pass, error.failure, Math.max(need.cooldownMs, asked ?? 0), now);
        return noted(this.#failed(call, error, now), dropped, pacedMs);
      }
    } finally {
      if (!isOver) upstream.breaker.left(pass);
    }
  }

  /** One call with a body; its failure is the caller's to note. */
  async #attempt(
    { need, run, model, provider, upstream, until }: Call,
    body: Buffer,
  ): Promise<{ readonly answer: UpstreamAnswer; readonly error: UpstreamError | null }> {
    const exchange = this.#exchange;
    const { upstreams } = exchange.gateway;
    exchange.sent = body;
    const placeholders = run.placeholders && run.placeholders.size > 0 ? run.placeholders : null;
    const answer = new UpstreamAnswer(model, this.#parsed, placeholders);
    const isPaced = upstream.pace.isKnown || model.perMinute !== undefined;
    const now = upstreams.now();
    answer.watched = { upstream, paced: isPaced ? upstream.pace.take(tokensOf(run), now) : null, now: upstreams.now };
    upstream.health.underWay += 1;
    exchange.calling = answer;
    exchange.caching?.watch(answer);
    try {
      await answer.begin(
        provider,
        {
          protocol: exchange.protocol,
          model,
          body,
          stream: this.#parsed.view.stream,
          timeoutMs: need.timeoutMs,
          headers: passedOn(exchange),
        },
        beginLimit(need, until - now),
      );
      return { answer, error: null };
    } catch (error) {
      if (error instanceof UpstreamError) return { answer, error };
      return { answer, error: new UpstreamError('server_error', String(error), { billed: 'maybe' }) };
    } finally {
      exchange.upstreamMs += performance.now() - answer.startedAt;
    }
  }

  async #noteFailure({ need, run }: Call, answer: UpstreamAnswer, error: UpstreamError): Promise<void> {
    const { failure, status, message, billed } = error;
    const unreported = billed === 'maybe' && !answer.usage ? await unreportedUsage(answer, run) : null;
    const sent = isUnsent(error) ? null : sentOf(answer.model, run);
    this.#holds.attemptUsed(
      this.#exchange.attempted(need.node, answer, { failure, status, message, unreported, sent }),
    );
  }

  #failed({ need, model, until }: Call, error: UpstreamError, now: number): CallResult {
    const { failure, message, status, retryAfterMs } = error;
    const result = {
      ...refused(need, model, failure, message),
      ...(status !== null && { status }),
      ...(retryAfterMs !== null && { retryAfterMs }),
    };
    if (!PASSING.includes(failure)) return result;
    const delay = Math.round(retryDelay(need.tries + 1, retryAfterMs, this.#exchange.gateway.upstreams.chance()));
    return { ...result, retryInMs: now + delay < until ? delay : null };
  }
}

/** The result with what was done so that the call could be made. */
function noted(result: CallResult, dropped: readonly string[] | null, pacedMs: number): CallResult {
  if (dropped === null && pacedMs === 0) return result;
  return { ...result, ...(dropped && { dropped }), ...(pacedMs > 0 && { pacedMs }) };
}

/** How soon the answer has to begin, where patience for its pieces is longer. */
function beginLimit(need: CallNeed, leftMs: number): BeginLimit | null {
  const { firstTokenMs, timeoutMs } = need;
  if (firstTokenMs !== null && firstTokenMs <= leftMs) return { ms: firstTokenMs, failure: 'slow_start' };
  return leftMs < timeoutMs ? { ms: leftMs, failure: 'timeout' } : null;
}

/** The tokens that a vendor counts a request for before it is answered. */
const tokensOf = (run: Run): number => estimateInputTokens(run.view) + (run.outputLimit ?? 0) * run.view.choices;
