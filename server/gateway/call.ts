/** Calls of one request to models: whether one may be called now, when, with what, and what came of it. */
import { bucketOf } from '../../policies/bucket.ts';
import type { CallNeed, CallResult, OrderNeed, OrderResult } from '../../policies/effects.ts';
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
import type { Paced } from './allowance.ts';
import type { Pass } from './breaker.ts';
import { full, noted, refused } from './call-result.ts';
import type { Exchange } from './exchange.ts';
import { intentOf, writeDown } from './intents.ts';
import type { LetThrough, NoRoom } from './pacing.ts';
import { passedOn } from './passed-headers.ts';
import { retryDelay } from './retries.ts';
import { isUnsent, sentOf } from './sent.ts';
import { inStep } from './turn.ts';
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

/** A call that its account has room for; `paced` null where no limit is known, and nothing was taken. */
interface Entered {
  readonly call: Call;
  readonly pass: Pass;
  readonly paced: Paced | null;
  readonly pacedMs: number;
}

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
    return need.afterMs > 0 ? this.#rest(need.afterMs).then(() => this.#enter(call)) : this.#enter(call);
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
    if (exchange.clientGone) return;
    await this.#resting(
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        exchange.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    );
  }

  /** Waits for what `wake` of the exchange ends early. */
  async #resting<T>(end: Promise<T>): Promise<T> {
    const exchange = this.#exchange;
    const since = performance.now();
    exchange.gateway.upstreams.resting += 1;
    const ended = await end;
    exchange.gateway.upstreams.resting -= 1;
    exchange.wake = null;
    exchange.upstreamMs += performance.now() - since;
    return ended;
  }

  /** Lets a call through where its model is not being left alone and its account has room, for which it may wait. */
  #enter(call: Call): CallResult | Promise<CallResult> {
    const { need, model, upstream } = call;
    const { breaker, pace } = upstream;
    if (this.#exchange.clientGone) return this.#hungUp(call);
    const pass = this.#pass(call);
    if (pass === null) return this.#coolingDown(call);
    if (!pace.isLimited(model.perMinute)) return this.#afford({ call, pass, paced: null, pacedMs: 0 });
    const room = this.#room(call, need.waitMs);
    if (!(room instanceof Promise)) {
      if (room.paced) return this.#afford({ call, pass, paced: room.paced, pacedMs: 0 });
      breaker.left(pass);
      return full(call, room);
    }
    breaker.left(pass);
    return room.then((found) => {
      const gone = this.#exchange.clientGone;
      if (!found.paced) return gone ? this.#hungUp(call) : full(call, found);
      const again = gone ? null : this.#pass(call);
      if (again) return this.#afford({ call, pass: again, paced: found.paced, pacedMs: Math.round(found.waitedMs) });
      pace.giveBack(found.paced);
      return gone ? this.#hungUp(call) : this.#coolingDown(call);
    });
  }

  #hungUp({ need, model }: Call): CallResult {
    return refused(need, model, 'aborted', 'the client hung up');
  }

  /** How the breaker of its model lets a call through; null where the model is left alone, and there are others. */
  #pass({ need, upstream }: Call): Pass | null {
    // A model that is tried again has been let through before.
    const mayPassOver = need.passOver && need.tries === 0;
    return upstream.breaker.enter(this.#exchange.gateway.upstreams.now()) ?? (mayPassOver ? null : 'free');
  }

  #coolingDown({ need, model, upstream }: Call): CallResult {
    const retryAfterMs = upstream.breaker.openInMs(this.#exchange.gateway.upstreams.now());
    return { ...refused(need, model, 'cooling_down', 'it failed a moment ago'), retryAfterMs };
  }

  /** The room of a call in its account, for which it waits no longer than this, and no longer than it has time. */
  #room(
    { need, run, model, upstream, until }: Call,
    mostMs: number,
  ): NoRoom | LetThrough | Promise<NoRoom | LetThrough> {
    const exchange = this.#exchange;
    // A millisecond has to be left for the call itself.
    const waitMs = Math.max(0, Math.min(mostMs, until - exchange.gateway.upstreams.now() - 1));
    const asked = { tokens: tokensOf(run), own: model.perMinute, waitMs, isLastHope: !need.passOver };
    const room = upstream.pace.enter(asked, (leave) => {
      exchange.wake = leave;
    });
    return room instanceof Promise ? this.#resting(room) : room;
  }

  #afford(entered: Entered): CallResult | Promise<CallResult> {
    const { call, pass, paced } = entered;
    const { need, model, run, upstream } = call;
    const goOn = (fits: boolean): CallResult | Promise<CallResult> => {
      if (fits) return this.#send(entered);
      leave();
      return refused(need, model, 'over_budget', 'the budget does not allow what it could cost');
    };
    const leave = (): void => {
      upstream.breaker.left(pass);
      if (paced) upstream.pace.giveBack(paced);
    };
    const release = (error: unknown): never => {
      leave();
      throw error;
    };
    const fits = this.#holds.fit(run, model);
    return fits instanceof Promise ? fits.then(goOn, release) : goOn(fits);
  }

  async #send(entered: Entered): Promise<CallResult> {
    const { call, pass } = entered;
    const { need, run, model, upstream } = call;
    const exchange = this.#exchange;
    const { upstreams } = exchange.gateway;
    let isOver = false;
    /** The room of the next call; null once that is made. */
    let { paced, pacedMs } = entered;
    try {
      if (this.#holds.any) {
        const intent = intentOf(exchange, this.#parsed, run, model, this.#holds);
        await writeDown(exchange.gateway, intent, this.#holds);
      }
      if (exchange.clientGone) return this.#hungUp(call);
      const whole = this.#parsed.outgoing(run, model);
      const { endpoint } = run.view;
      const less = need.dropLacking ? upstream.refused.without(whole, endpoint, model, upstreams.now()) : null;
      let body = less?.body ?? whole;
      let dropped: readonly string[] = [];
      const done = (result: CallResult): CallResult =>
        noted(result, { dropped, refusedBefore: less?.dropped ?? [], pacedMs });
      for (;;) {
        const taken = paced;
        paced = null;
        await inStep;
        const { answer, error } = await this.#attempt(call, taken, body);
        const now = upstreams.now();
        if (!error) {
          isOver = true;
          upstream.breaker.answered(now);
          upstream.health.began((answer.begunAt ?? answer.startedAt) - answer.startedAt, now);
          exchange.answer = answer;
          exchange.answeringNode = need.node;
          return done({ ok: true, model: model.id, asked: need.model });
        }
        const without = need.dropLacking ? withoutLacking(body, endpoint, error) : null;
        if (without && isUnsent(error)) {
          // What was refused before it left is no attempt: nobody was asked.
          answer.withdraw();
          paced = taken;
        } else await this.#noteFailure(call, answer, error);
        if (without) {
          if (without.refused !== null) upstream.refused.note(without.refused, model, now);
          dropped = [...dropped, without.dropped];
          body = without.body;
          if (paced === null && upstream.pace.isLimited(model.perMinute)) {
            const room = await this.#room(call, need.waitMs - pacedMs);
            paced = room.paced;
            pacedMs += Math.round(room.waitedMs);
            if (!room.paced && !exchange.clientGone) return done(full(call, room));
          }
          if (exchange.clientGone) return done(this.#hungUp(call));
          continue;
        }
        isOver = true;
        const asked = error.failure === 'rate_limited' || error.failure === 'server_error' ? error.retryAfterMs : null;
        upstream.breaker.failed(pass, error.failure, Math.max(need.cooldownMs, asked ?? 0), now);
        return done(this.#failed(call, error, now));
      }
    } finally {
      if (!isOver) upstream.breaker.left(pass);
      if (paced) upstream.pace.giveBack(paced);
    }
  }

  /** One call with a body; its failure is the caller's to note. */
  async #attempt(
    { need, run, model, provider, upstream, until }: Call,
    paced: Paced | null,
    body: Buffer,
  ): Promise<{ readonly answer: UpstreamAnswer; readonly error: UpstreamError | null }> {
    const exchange = this.#exchange;
    const { upstreams } = exchange.gateway;
    exchange.sent = body;
    const placeholders = run.placeholders && run.placeholders.size > 0 ? run.placeholders : null;
    const answer = new UpstreamAnswer(model, this.#parsed, placeholders);
    const now = upstreams.now();
    answer.watched = { upstream, paced, now: upstreams.now };
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

/** How soon the answer has to begin, where patience for its pieces is longer. */
function beginLimit(need: CallNeed, leftMs: number): BeginLimit | null {
  const { firstTokenMs, timeoutMs } = need;
  if (firstTokenMs !== null && firstTokenMs <= leftMs) return { ms: firstTokenMs, failure: 'slow_start' };
  return leftMs < timeoutMs ? { ms: leftMs, failure: 'timeout' } : null;
}

/** The tokens that a vendor counts a request for before it is answered. */
const tokensOf = (run: Run): number => estimateInputTokens(run.view) + (run.outputLimit ?? 0) * run.view.choices;
