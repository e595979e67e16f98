/**
 * The spans of one request: itself, each call to a model, and each other node that asks something of the outside. Names
 * follow the conventions of OpenTelemetry for generative AI. They hold names, numbers and codes, never text of a message.
 */

import type { IncomingMessage } from 'node:http';
import type { Tracer } from '@opentelemetry/api';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { CallNeed, CallResult, EffectName, Effects, EffectTable } from '../../policies/effects.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { Model } from '../../policies/model.ts';
import type { Run } from '../../policies/run.ts';
import type { Ending, Exchange } from '../gateway/exchange.ts';
import type { Attempt } from '../records/record.ts';
import { contextFrom, headersFor } from './trace-context.ts';

/** Paths and names are cut: authors and clients make them up. */
const LONGEST_PATH = 1000;
const LONGEST_NAME = 200;

type Answer<N extends EffectName> = EffectTable[N]['result'] | Promise<EffectTable[N]['result']>;
type Effect<N extends EffectName> = (need: EffectTable[N]['need'], run: Run) => Answer<N>;

const isError = (span: Span, type: string): void => {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
};

/** Opens the span of a request, as a part of the trace that its client names. */
function requestSpan(tracer: Tracer, req: IncomingMessage, id: string): Span {
  const caller = contextFrom(req.headers);
  const path = (req.url ?? '').split('?', 1)[0] ?? '';
  return tracer.startSpan(
    `${req.method} ${path}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': req.method ?? '', 'http.route': path, 'signalbox.request_id': id },
    },
    caller ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT,
  );
}

export class RequestSpans {
  readonly #tracer: Tracer;
  readonly #exchange: Exchange;
  readonly #request: Span;
  /** Under which the other spans stand. */
  readonly #context: Context;
  /** The call under way, and later the one that answers. */
  #call: Span | null = null;

  constructor(tracer: Tracer, exchange: Exchange) {
    this.#tracer = tracer;
    this.#exchange = exchange;
    this.#request = requestSpan(tracer, exchange.req, exchange.id);
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#request);
  }

  /** The same effects, each with a span of its own. */
  watch(effects: Effects): Effects {
    const watched =
      <N extends EffectName>(name: N, effect: Effect<N>): Effect<N> =>
      (need, run) =>
        this.#effect(name, need.node, () => effect(need, run));
    return {
      hold: watched('hold', effects.hold),
      order: watched('order', effects.order),
      classify: watched('classify', effects.classify),
      redact: watched('redact', effects.redact),
      throttle: watched('throttle', effects.throttle),
      alert: watched('alert', effects.alert),
      chance: watched('chance', effects.chance),
      cache: watched('cache', effects.cache),
      shadow: watched('shadow', effects.shadow),
      call: (need, run) => this.#calling(need, () => effects.call(need, run), run),
    };
  }

  /** The trace as the upstream of the call under way is to have it. */
  headers(): Record<string, string> {
    return headersFor((this.#call ?? this.#request).spanContext());
  }

  /** Ends what is open, with what is known of the request. */
  ended({ status, httpStatus, errorCode }: Ending): void {
    const { policy, key, attempts, parsed, decision, run, protocol } = this.#exchange;
    const last = attempts.at(-1);
    if (this.#call) {
      if (last) this.#end(this.#call, last);
      else this.#call.end();
    }
    let redactions = 0;
    for (const count of Object.values(run?.redactions ?? {})) redactions += count;
    this.#request.setAttributes({
      // The conventions have no name for a count of tokens.
      ...(!protocol.counts && { 'gen_ai.operation.name': operationOf(protocol.endpoint) }),
      'signalbox.status': status,
      'signalbox.cost_usd': this.#exchange.cost / 1e9,
      'signalbox.redactions': redactions,
      ...(parsed && { 'gen_ai.request.model': parsed.view.model.slice(0, LONGEST_NAME) }),
      ...(policy && { 'signalbox.policy': policy.name, 'signalbox.policy_version': policy.version }),
      ...(key && { 'signalbox.project': key.project, 'signalbox.key': key.id }),
      ...(decision && { 'signalbox.path': sayPath(decision.trace).slice(0, LONGEST_PATH) }),
    });
    this.#request.setAttribute('http.response.status_code', httpStatus);
    if (errorCode !== null) {
      this.#request.setAttribute('error.type', errorCode);
      // Of a server's spans only what it has failed in itself is an error.
      if (httpStatus >= 500) this.#request.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#request.end();
  }

  /**
   * Opens the span of a copy for another model, which may outlast the request; what it gives ends it. `node` is the one that
   * makes the copy.
   */
  copy(node: string, { provider, name }: Model): (attempt: Attempt) => void {
    const operation = operationOf(this.#exchange.protocol.endpoint);
    const attributes: Attributes = {
      'gen_ai.operation.name': operation,
      'gen_ai.request.model': name.slice(0, LONGEST_NAME),
      'gen_ai.provider.name': provider,
      'signalbox.node': node.slice(0, LONGEST_NAME),
      'signalbox.effect': 'copy',
    };
    const title = `${operation} ${`${provider}/${name}`.slice(0, LONGEST_NAME)}`;
    const span = this.#tracer.startSpan(title, { kind: SpanKind.CLIENT, attributes }, this.#context);
    return (attempt) => this.#end(span, attempt);
  }

  #effect<N extends EffectName>(name: N, node: string, ask: () => Answer<N>): Answer<N> {
    const attributes = { 'signalbox.node': node.slice(0, LONGEST_NAME), 'signalbox.effect': name };
    const span = this.#tracer.startSpan(`policy ${name}`, { kind: SpanKind.INTERNAL, attributes }, this.#context);
    const told = (result: EffectTable[N]['result']): EffectTable[N]['result'] => {
      if ('port' in result) span.setAttribute('signalbox.port', result.port);
      span.end();
      return result;
    };
    const failed = (error: unknown): never => {
      isError(span, error instanceof Error ? error.name : 'unknown');
      span.end();
      throw error;
    };
    try {
      const result = ask();
      return result instanceof Promise ? result.then(told, failed) : told(result);
    } catch (error) {
      return failed(error);
    }
  }

  async #calling(need: CallNeed, ask: () => CallResult | Promise<CallResult>, run: Run): Promise<CallResult> {
    const { attempts, protocol } = this.#exchange;
    const before = attempts.length;
    const operation = operationOf(protocol.endpoint);
    const attributes: Attributes = {
      'gen_ai.operation.name': operation,
      'signalbox.node': need.node.slice(0, LONGEST_NAME),
      'signalbox.effect': 'call',
      ...(run.outputLimit !== null && { 'gen_ai.request.max_tokens': run.outputLimit }),
    };
    const span = this.#tracer.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, this.#context);
    this.#call = span;
    try {
      const result = await ask();
      if (result.model !== null) {
        const slash = result.model.indexOf('/');
        span.updateName(`${operation} ${result.model.slice(0, LONGEST_NAME)}`);
        span.setAttributes({
          'gen_ai.request.model': result.model.slice(slash + 1, slash + 1 + LONGEST_NAME),
          'gen_ai.provider.name': result.model.slice(0, slash),
        });
      }
      // The one that answers is over when its answer is.
      if (result.ok) return result;
      const attempt = attempts.length > before ? attempts.at(-1) : undefined;
      if (attempt) this.#end(span, attempt);
      else {
        isError(span, result.failure ?? 'failed');
        span.end();
      }
      this.#call = null;
      return result;
    } catch (error) {
      isError(span, error instanceof Error ? error.name : 'unknown');
      span.end();
      this.#call = null;
      throw error;
    }
  }

  #end(span: Span, { usage, cost, failure, status, firstByteMs, upstreamId }: Attempt): void {
    span.setAttributes({
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
      'gen_ai.usage.cache_creation.input_tokens': usage.cacheWriteTokens,
      ...(cost !== null && { 'signalbox.cost_usd': cost / 1e9 }),
      ...(status !== null && { 'http.response.status_code': status }),
      ...(firstByteMs !== null && { 'signalbox.first_byte_seconds': firstByteMs / 1000 }),
      ...(upstreamId !== null && { 'signalbox.upstream_request_id': upstreamId.slice(0, LONGEST_NAME) }),
    });
    if (failure !== null) isError(span, failure);
    span.end();
  }
}

function operationOf(endpoint: string): string {
  return endpoint === 'embeddings' ? 'embeddings' : 'chat';
}
