/** Sends spans to a collector over OTLP. Loaded only where one is set: to import it takes longer than all the rest. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Exchange } from '../gateway/exchange.ts';
import { RequestSpans } from './request-spans.ts';

export interface TracingSettings {
  /** Where the collector listens, without the path of the traces. */
  readonly endpoint: string;
  /** Headers of every delivery, such as its key. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Tracing {
  /** Opens the span of a request, as a part of the trace that its client names. */
  begin(exchange: Exchange): RequestSpans;
  /** Delivers what is left. */
  stop(): Promise<void>;
}

const TIMEOUT_MS = 5000;
/** Spans that wait to be delivered; beyond it new ones are left out. */
const MOST_QUEUED = 20_000;

type Resource = NonNullable<NonNullable<ConstructorParameters<typeof NodeTracerProvider>[0]>['resource']>;

/** What collectors show as the program that the spans are from. */
const attributes = { 'service.name': 'signalbox' };
const resource: Resource = {
  attributes,
  merge: () => resource,
  getRawAttributes: () => Object.entries(attributes),
};

/** Says once when spans cannot be delivered, and once when they can again. */
function announcing(exporter: SpanExporter, endpoint: string): SpanExporter {
  let works = true;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const delivered = result.code === 0;
        if (delivered !== works) {
          works = delivered;
          if (works) console.warn(`Traces are delivered to ${endpoint} again.`);
          else
            console.warn(`Traces cannot be delivered to ${endpoint}: ${result.error?.message ?? 'no reason given'}.`);
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

/** Starts it. Which requests are traced follows the caller's own choice, or OTEL_TRACES_SAMPLER where that is set. */
export function startTracing({ endpoint, headers }: TracingSettings): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: TIMEOUT_MS,
  });
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(announcing(exporter, endpoint), { maxQueueSize: MOST_QUEUED })],
  });
  const tracer = provider.getTracer('signalbox');
  return {
    begin: (exchange) => new RequestSpans(tracer, exchange),
    stop: () => provider.shutdown(),
  };
}
