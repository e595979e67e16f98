/**
 * Copies of requests for other models. A copy has its own hold, its own intent, and its own record, which says whose copy it
 * is: it may outlive the answer that people wait for, and whatever becomes of either, both are accounted for.
 */

import { bucketOf } from '../../policies/bucket.ts';
import type { ShadowNeed, ShadowResult } from '../../policies/effects.ts';
import type { Model, ModelLookup } from '../../policies/model.ts';
import { boundFor, lacks, mayUse, modelNamed, tooLong } from '../../policies/model-fit.ts';
import { costOf } from '../../policies/price.ts';
import { NO_USAGE, type Usage } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { newId } from '../control/ids.ts';
import type { KeyEntry } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';
import type { RequestHolds } from '../money/holds.ts';
import { sayPriceSource } from '../money/prices.ts';
import { type Provider, UpstreamError } from '../providers/provider.ts';
import type { Attempt, RequestRecord, Sent } from '../records/record.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Exchange } from './exchange.ts';
import { intentOf } from './intents.ts';
import { keptCopy } from './kept-content.ts';
import { passedOn } from './passed-headers.ts';
import { isUnsent, sentOf } from './sent.ts';
import { unreportedUsage } from './unreported-usage.ts';
import { UpstreamAnswer } from './upstream-answer.ts';

/** Copies under way at once; others are left out. */
const MOST_AT_ONCE = 100;

/** One copy on its way. */
interface Copy {
  readonly id: string;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly exchange: Exchange;
  readonly parsed: ClientRequest;
  readonly key: KeyEntry;
  readonly need: ShadowNeed;
  readonly run: Run;
  readonly model: Model;
  readonly provider: Provider;
  readonly body: Buffer;
  readonly holds: RequestHolds;
  readonly answer: UpstreamAnswer;
  readonly sent: Sent;
  /** The most that it can use. */
  readonly bound: Usage;
  /** Ends its span; null where nobody collects traces. */
  readonly traced: ((attempt: Attempt) => void) | null;
}

export class Shadows {
  readonly #running = new Map<Copy, Promise<void>>();

  /** Answers a shadow node at once; a copy that is sent goes on by itself. */
  send(exchange: Exchange, parsed: ClientRequest, need: ShadowNeed, run: Run, models: ModelLookup): ShadowResult {
    const { gateway, key, holds } = exchange;
    const model = modelNamed(need.model, run, models);
    const not = (shadow: ShadowResult['shadow']): ShadowResult => ({ shadow, model: model?.id ?? null, record: null });
    if (bucketOf(exchange.id, need.node) >= need.share) return not('not_chosen');
    const provider = model && gateway.providers.get(model.provider);
    if (!model || !provider || !key || !holds) return not('unknown_model');
    if (!mayUse(model, run)) return not('not_allowed');
    if (lacks(model, run)) return not('unsupported');
    if (tooLong(run, model)) return not('context_too_long');
    const { upstreams } = gateway;
    if (upstreams.of(key.organisation).of(model.id).breaker.state(upstreams.now()) !== 'closed')
      return not('cooling_down');
    if (this.#running.size >= MOST_AT_ONCE || gateway.writer.full || gateway.writer.stuck || gateway.stopping()) {
      return not('busy');
    }
    const body = outgoing(parsed, run, model);
    if (body === null) return not('unsupported');
    const own = holds.beside();
    if (!own.fitByLength(run, model)) return not('no_room');
    try {
      gateway.inFlight.add(body.length);
    } catch (error) {
      own.settle({ cost: 0, tokens: 0 });
      if (error instanceof SignalboxError) return not('busy');
      throw error;
    }
    const copy: Copy = {
      id: newId('req'),
      sequence: gateway.nextSequence(),
      at: Date.now(),
      exchange,
      parsed,
      key,
      need,
      run,
      model,
      provider,
      body,
      holds: own,
      // Nobody gets its answer, so nothing is put back into it.
      answer: new UpstreamAnswer(model, parsed, null),
      sent: sentOf(model, run),
      bound: boundFor(run, model, run.outputLimit ?? 0),
      traced: exchange.spans?.copy(need.node, model) ?? null,
    };
    const ended = goThrough(copy).finally(() => {
      this.#running.delete(copy);
      gateway.inFlight.remove(body.length);
    });
    this.#running.set(copy, ended);
    return { shadow: 'sent', model: model.id, record: copy.id };
  }

  /** Resolves when no copy is under way; those that take longer than this, in milliseconds, are given up and recorded. */
  async drain(most: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const { answer } of this.#running.keys()) answer.cancel();
    }, most);
    await Promise.all(this.#running.values());
    clearTimeout(timer);
  }
}

function outgoing(parsed: ClientRequest, run: Run, model: Model): Buffer | null {
  try {
    return parsed.outgoing(run, model);
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

/** Sends a copy, waits for its end, settles and records it. Never rejects. */
async function goThrough(copy: Copy): Promise<void> {
  const { exchange, holds, answer } = copy;
  const startedAt = performance.now();
  const error = await callOf(copy);
  try {
    const attempt = await attemptOf(copy, error, startedAt);
    exchange.gateway.metrics?.copied(exchange.models, attempt);
    copy.traced?.(attempt);
    const tokens = attempt.usage.inputTokens + attempt.usage.outputTokens;
    const charges = holds.settle({ cost: attempt.cost ?? 0, tokens });
    if (charges.length > 0) exchange.gateway.alerts.budgets.settled(charges, copy.at);
    await exchange.gateway.writer.record(recordOf(copy, attempt, charges));
  } catch (fault) {
    holds.settle({ cost: 0, tokens: 0 });
    console.error(`${copy.id}: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`);
  } finally {
    answer.cancel();
  }
}

/** Lets the whole answer come; gives what went wrong, null where nothing did. */
async function callOf(copy: Copy): Promise<UpstreamError | null> {
  const { exchange, parsed, need, run, model, provider, body, holds, answer, id, sequence } = copy;
  const { protocol, req, gateway } = exchange;
  let timer: NodeJS.Timeout | undefined;
  try {
    if (holds.any) await gateway.writer.intent({ ...intentOf(exchange, parsed, run, model, holds), id, sequence });
    timer = setTimeout(() => {
      answer.fail(new UpstreamError('timeout', `it was not there within ${need.timeoutMs} ms`, { billed: 'maybe' }));
    }, need.timeoutMs);
    await answer.begin(provider, {
      protocol,
      model,
      body,
      stream: parsed.view.stream,
      timeoutMs: need.timeoutMs,
      headers: passedOn({ id, req, protocol }),
    });
    if (answer.stream) {
      await new Promise<void>((end, fail) => {
        answer.read({ data: () => true, end, fail });
      });
    }
    return null;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    return new UpstreamError('server_error', String(error), { billed: 'no' });
  } finally {
    clearTimeout(timer);
  }
}

async function attemptOf(copy: Copy, error: UpstreamError | null, startedAt: number): Promise<Attempt> {
  const { exchange, model, answer, holds, bound, run, need, at } = copy;
  const reported = answer.usage;
  const isBilled = error === null || error.billed === 'maybe';
  const unreported = !reported && isBilled ? await unreportedUsage(answer, run) : null;
  const usage = reported ?? unreported?.usage ?? NO_USAGE;
  if (reported && holds.any) exchange.gateway.overruns.compare(copy.id, model, bound, reported);
  const price = exchange.models?.priceAt(model, at) ?? null;
  const cost = price && costOf(usage, price.price);
  const tokens = usage.inputTokens + usage.outputTokens;
  return {
    node: need.node,
    model: model.id,
    ok: error === null,
    failure: error?.failure ?? null,
    status: error?.status ?? null,
    message: error?.message ?? null,
    usage,
    usageSource: unreported?.source ?? 'provider',
    // What was not reported is never charged above what was held for it.
    cost: cost !== null && unreported ? holds.atMost({ cost, tokens }).cost : cost,
    price: price && sayPriceSource(price),
    firstByteMs: answer.firstByteMs,
    durationMs: performance.now() - startedAt,
    upstreamId: answer.upstreamId,
    sent: error && isUnsent(error) ? null : copy.sent,
  };
}

function recordOf(copy: Copy, attempt: Attempt, charges: RequestRecord['charges']): RequestRecord {
  const { exchange, parsed, key, run, body, answer } = copy;
  const { gateway, policy, protocol } = exchange;
  const text = answer.text;
  return {
    id: copy.id,
    gateway: gateway.gateway,
    boot: gateway.boot,
    sequence: copy.sequence,
    organisation: key.organisation,
    project: key.project,
    key: key.id,
    at: copy.at,
    durationMs: attempt.durationMs,
    overheadMs: 0,
    status: 'shadow',
    httpStatus: attempt.status ?? (attempt.ok ? 200 : 502),
    errorCode: attempt.failure,
    endpoint: protocol.endpoint,
    stream: parsed.view.stream,
    app: null,
    requestedModel: parsed.view.model,
    model: attempt.ok ? attempt.model : null,
    policy: policy?.id ?? null,
    version: policy?.version ?? null,
    tags: Object.fromEntries(run.tags),
    trace: [],
    attempts: [attempt],
    charges,
    redactions: {},
    usage: attempt.usage,
    usageSource: attempt.usageSource,
    cost: attempt.cost ?? 0,
    shadowOf: exchange.id,
    facts: {},
    content: keptCopy(exchange, copy, body.toString('utf8'), text === '' ? null : text),
  };
}
