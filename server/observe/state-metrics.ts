/** What Prometheus reads of the gateway's state: nothing is done for it until it asks. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Gateway } from '../gateway/gateway.ts';
import { inTime } from './in-time.ts';
import { labelsOf } from './model-labels.ts';

export interface StateParts {
  readonly gateway: Gateway;
  /** Rows that wait to be written as records. */
  readonly queued: () => number;
  /** Messages that are not delivered yet. */
  readonly alertsWaiting: () => PromiseLike<number>;
}

/** Milliseconds between two looks at the event loop. */
const LOOK_MS = 20;
/** How long the database may take to answer: while it is away, everything else is wanted all the more. */
const PATIENCE_MS = 1000;
const NANOSECONDS = 1e9;

/** Adds gauges to a registry; gives what stops the one that watches the event loop. */
export function addStateMetrics(registry: Registry, { gateway, queued, alertsWaiting }: StateParts): () => void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | Promise<number>): void => {
    new Gauge({
      name: `signalbox_${name}`,
      help,
      registers,
      async collect() {
        this.set(await value());
      },
    });
  };

  new Gauge({
    name: 'signalbox_held',
    help: 'What running requests hold of all budgets: dollars, and tokens.',
    labelNames: ['unit'],
    registers,
    collect() {
      const now = Date.now();
      const held = { usd: 0, tokens: 0 };
      for (const budget of gateway.runtime().snapshot.budgets.values()) {
        for (const cell of gateway.counters.of(budget, now)) held[budget.unit] += cell.held;
      }
      this.set({ unit: 'usd' }, held.usd / NANOSECONDS);
      this.set({ unit: 'tokens' }, held.tokens);
    },
  });

  new Gauge({
    name: 'signalbox_breakers',
    help: 'Models by whether they are called: closed, resting, open or half_open.',
    labelNames: ['model', 'provider', 'state'],
    registers,
    collect() {
      this.reset();
      for (const [organisation, upstreams] of gateway.upstreams.all()) {
        const models = gateway.runtime().models(organisation);
        for (const [model, { state }] of upstreams.states(gateway.upstreams.now())) {
          this.inc({ ...labelsOf(models, model), state });
        }
      }
    },
  });

  gauge('records_queued', 'Records and intents that wait to be written.', queued);
  gauge('bodies_in_flight_bytes', 'Bodies of requests that are held in memory.', () => gateway.inFlight.bytes);
  gauge('throttled_waiting', 'Requests that wait for room in a throttle.', () => gateway.throttles.waiting);
  gauge('alerts_waiting', 'Messages to people that are not delivered yet.', async () => {
    return (await inTime(alertsWaiting, PATIENCE_MS))?.answer ?? Number.NaN;
  });
  gauge('evaluator_disagreements', 'Decisions on which the two evaluators disagreed since the start.', () => {
    return gateway.secondOpinion.disagreements.length;
  });

  const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
  delay.enable();
  new Gauge({
    name: 'signalbox_event_loop_lag_seconds',
    help: 'How late the event loop was since the last look.',
    labelNames: ['quantile'],
    registers,
    collect() {
      // What is measured is the time between two looks.
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS - LOOK_MS / 1000) || 0;
      this.set({ quantile: '0.5' }, late(delay.percentile(50)));
      this.set({ quantile: '0.99' }, late(delay.percentile(99)));
      this.set({ quantile: '1' }, late(delay.max));
      delay.reset();
    },
  });
  new Gauge({
    name: 'signalbox_memory_bytes',
    help: 'Memory of the process.',
    labelNames: ['of'],
    registers,
    collect() {
      const { rss, heapUsed, external } = process.memoryUsage();
      this.set({ of: 'process' }, rss);
      this.set({ of: 'heap' }, heapUsed);
      this.set({ of: 'buffers' }, external);
    },
  });
  new Counter({
    name: 'signalbox_cpu_seconds_total',
    help: 'Time of processors that the process has used.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  return () => delay.disable();
}
