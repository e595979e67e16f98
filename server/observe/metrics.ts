/**
 * What Prometheus reads: counted as requests end. No label is a name that callers choose, so that nobody can make more of
 * them than there are endpoints, listed models and codes.
 */
import { Counter, Histogram, Registry } from 'prom-client';
import type { Usage } from '../../policies/request.ts';
import type { Ending, Exchange } from '../gateway/exchange.ts';
import type { OrganisationModels } from '../gateway/runtime.ts';
import type { Attempt, RequestRecord } from '../records/record.ts';
import { labelsOf, NO_MODEL } from './model-labels.ts';

/** Seconds that whole requests take, from a small model's answer to a long piece of reasoning. */
const DURATIONS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320];
/** Seconds that the gateway itself adds. */
const OVERHEADS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** Seconds until the first words. */
const FIRST_TOKENS = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2];

/** Kinds of tokens, as the label `kind` says them; each is a part of the one before it or stands for itself. */
const TOKENS: readonly (readonly [kind: string, of: keyof Usage])[] = [
  ['input', 'inputTokens'],
  ['cached_input', 'cachedInputTokens'],
  ['output', 'outputTokens'],
  ['reasoning', 'reasoningTokens'],
];

/** Names of redacted things that are told apart: authors of policies make them up. */
const MOST_REDACTED = 100;

const resultOf = ({ ok, failure }: Attempt): string => (ok ? 'ok' : (failure ?? 'failed'));

export class Metrics {
  readonly registry = new Registry();
  readonly #redacted = new Set<string>();
  readonly #requests = this.#counter('requests_total', 'Requests that have ended.', [
    'endpoint',
    'model',
    'provider',
    'status',
    'http_status',
  ]);
  readonly #errors = this.#counter('errors_total', 'Requests that ended in an error, by its code.', ['code']);
  readonly #attempts = this.#counter('attempts_total', 'Calls to models, by how they ended.', [
    'model',
    'provider',
    'result',
  ]);
  readonly #copies = this.#counter('copies_total', 'Copies of requests for other models, by how they ended.', [
    'model',
    'provider',
    'result',
  ]);
  readonly #counts = this.#counter('token_counts_total', 'Requests for a count of tokens, by who counted.', [
    'model',
    'provider',
    'result',
  ]);
  readonly #retries = this.#counter('retries_total', 'Calls to models after the first one of a request.', [
    'model',
    'provider',
  ]);
  readonly #tokens = this.#counter('tokens_total', 'Tokens that models were paid for.', ['model', 'provider', 'kind']);
  readonly #cost = this.#counter('cost_usd_total', 'What models cost, in dollars.', ['model', 'provider']);
  readonly #exhausted = this.#counter('budgets_exhausted_total', 'Times that a budget had no room for a request.', []);
  readonly #limited = this.#counter('throttled_total', 'Times that a throttle had no room for a request.', []);
  readonly #cache = this.#counter('cache_lookups_total', 'Looks into the cache, by what came of them.', ['result']);
  readonly #redactions = this.#counter('redactions_total', 'Pieces of text that were taken out, by what they are.', [
    'type',
  ]);
  readonly #durations = this.#histogram('request_duration_seconds', 'From the first byte to the last.', DURATIONS, [
    'endpoint',
    'status',
  ]);
  readonly #overheads = this.#histogram('overhead_seconds', 'What the gateway itself took of a request.', OVERHEADS, [
    'endpoint',
  ]);
  readonly #firstTokens = this.#histogram(
    'time_to_first_token_seconds',
    'From a request for a stream to its first words.',
    FIRST_TOKENS,
    ['model', 'provider'],
  );

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name: `signalbox_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[],
  ): Histogram<Label> {
    return new Histogram({ name: `signalbox_${name}`, help, buckets, labelNames, registers: [this.registry] });
  }

  /** Counts a request that has ended; `record` is null for one that leaves none. */
  ended(exchange: Exchange, ending: Ending, record: RequestRecord | null): void {
    const { attempts, models, protocol, endpoint } = exchange;
    const { status, httpStatus, errorCode } = ending;
    if (protocol.counts) {
      this.#countTokens(exchange, errorCode);
      return;
    }
    const last = attempts.findLast(({ ok }) => ok) ?? attempts.at(-1);
    const answering = last ? labelsOf(models, last.model) : NO_MODEL;
    this.#requests.inc({ endpoint, status, http_status: httpStatus, ...answering });
    if (errorCode !== null) this.#errors.inc({ code: errorCode });
    this.#durations.observe({ endpoint, status }, (performance.now() - exchange.startedAt) / 1000);
    if (exchange.firstTokenMs !== null) this.#firstTokens.observe({ ...answering }, exchange.firstTokenMs / 1000);
    this.#countAttempts(exchange);
    this.#countSteps(exchange);
    if (!record) return;
    this.#overheads.observe({ endpoint }, record.overheadMs / 1000);
    for (const [type, count] of Object.entries(record.redactions)) {
      if (this.#redacted.size < MOST_REDACTED) this.#redacted.add(type);
      this.#redactions.inc({ type: this.#redacted.has(type) ? type : 'others' }, count);
    }
  }

  /** Counts a copy of a request that has ended: a call to a model, which nobody has waited for. */
  copied(models: OrganisationModels | null, attempt: Attempt): void {
    this.#countAttempt(models, attempt);
    this.#copies.inc({ result: resultOf(attempt), ...labelsOf(models, attempt.model) });
  }

  /** Counts a request for a count of tokens, by who counted. */
  #countTokens({ count, models }: Exchange, errorCode: string | null): void {
    if (errorCode !== null) this.#errors.inc({ code: errorCode });
    if (errorCode !== null || !count) this.#counts.inc({ ...NO_MODEL, result: 'failed' });
    else this.#counts.inc({ ...(count.model ? labelsOf(models, count.model.id) : NO_MODEL), result: count.source });
  }

  #countAttempts({ attempts, models }: Exchange): void {
    for (const [place, attempt] of attempts.entries()) {
      this.#countAttempt(models, attempt);
      if (place > 0) this.#retries.inc({ ...labelsOf(models, attempt.model) });
    }
  }

  #countAttempt(models: OrganisationModels | null, attempt: Attempt): void {
    const { model, usage, cost } = attempt;
    const labels = labelsOf(models, model);
    this.#attempts.inc({ result: resultOf(attempt), ...labels });
    for (const [kind, of] of TOKENS) if (usage[of] > 0) this.#tokens.inc({ kind, ...labels }, usage[of]);
    if (cost !== null && cost > 0) this.#cost.inc({ ...labels }, cost / 1e9);
  }

  #countSteps({ decision }: Exchange): void {
    for (const { kind, port, results } of decision?.trace ?? []) {
      if (kind === 'budget' && port === 'exhausted') this.#exhausted.inc();
      else if (kind === 'throttle' && port === 'limited') this.#limited.inc();
      for (const result of results ?? []) if ('cache' in result) this.#cache.inc({ result: result.cache });
    }
  }
}
