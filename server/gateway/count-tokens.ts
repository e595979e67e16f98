/**
 * Counts the tokens of a request for a message as the model that its policy chooses would read it: redacted, and with the
 * instructions of the policy. Nothing is held, no model answers, and nothing is recorded, since it costs nothing.
 */
import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { evaluate } from '../../policies/evaluate.ts';
import { liveFacts } from '../../policies/facts.ts';
import type { Model } from '../../policies/model.ts';
import { Run } from '../../policies/run.ts';
import { outsideSchema, simulatedEffects } from '../../policies/simulate.ts';
import { newId } from '../control/ids.ts';
import { SignalboxError } from '../errors.ts';
import { tokenCounter } from '../money/token-counter.ts';
import { labelsOf, type ModelLabels, NO_MODEL } from '../observe/model-labels.ts';
import { UpstreamError } from '../providers/provider.ts';
import { anthropicMessages, parseCounted } from '../wire/anthropic-messages.ts';
import { readBody } from './body.ts';
import { keyOf } from './caller-key.ts';
import { appOf } from './exchange.ts';
import type { Gateway } from './gateway.ts';
import { NO_SNIFFING } from './no-sniffing.ts';
import { passedOn } from './passed-headers.ts';
import { policyFor, retryHeaders } from './pipeline.ts';
import { failureError, refusalOf } from './refusal.ts';
import { tagsOf } from './tags.ts';
import { countedInputTokens } from './unreported-usage.ts';

/** How long a vendor may take to count, in milliseconds. */
const TIMEOUT_MS = 30_000;

interface TokenCount {
  readonly tokens: number;
  /** Who counted: the provider, the model's published tokenizer, or an estimate from the bytes. */
  readonly source: 'provider' | 'counted' | 'estimated';
  /** Null where the policy answers by itself. */
  readonly model: Model | null;
  /** The model as metrics name it. */
  readonly labels: ModelLabels;
}

/** Serves one request. Never rejects. */
export async function countTokens(gateway: Gateway, req: Request, res: ServerResponse): Promise<void> {
  const id = newId('req');
  const traced = gateway.tracing?.count(req, id);
  try {
    const { tokens, source, model, labels } = await count(gateway, req, id);
    gateway.metrics?.counted(labels, source);
    traced?.(200, null);
    send(res, id, 200, Buffer.from(JSON.stringify({ input_tokens: tokens })), {
      'x-signalbox-token-count': source,
      ...(model && { 'x-signalbox-model': encodeURI(model.id) }),
    });
  } catch (thrown) {
    if (!(thrown instanceof SignalboxError)) console.error(`${id}: ${thrown instanceof Error ? thrown.stack : thrown}`);
    const error = thrown instanceof SignalboxError ? thrown : new SignalboxError('internal');
    gateway.metrics?.notCounted(error.code);
    traced?.(error.status, error.code);
    send(res, id, error.status, anthropicMessages.errorBody(error, id), retryHeaders(error));
  }
  // What was not read of a refused body would hold up the connection.
  if (!req.complete) req.resume();
}

function send(res: ServerResponse, id: string, status: number, body: Buffer, headers: Record<string, string>): void {
  res.writeHead(status, {
    'x-signalbox-request-id': id,
    'content-type': 'application/json',
    'content-length': body.length,
    [NO_SNIFFING[0]]: NO_SNIFFING[1],
    ...headers,
  });
  res.end(body);
}

async function count(gateway: Gateway, req: Request, id: string): Promise<TokenCount> {
  if (gateway.stopping()) throw new SignalboxError('shutting_down', {}, { retryAfterMs: 2000 });
  const runtime = gateway.runtime();
  const key = keyOf(req, runtime.snapshot, 'count_tokens');
  const { organisation } = key;
  const bytes = await readBody(req, gateway.bodyLimit, gateway.inFlight);
  try {
    const parsed = parseCounted(bytes);
    const policy = policyFor(runtime, key, parsed.view.model);
    const models = runtime.models(organisation).lookup;
    const facts = { key, project: key.projectName, app: appOf(req) };
    const run = new Run({
      view: parsed.view,
      tags: tagsOf(key, req.headers, parsed.metadata, parsed.user),
      source: liveFacts({ ...facts, models }),
      now: Date.now(),
      allowedModels: key.limits?.models ?? null,
      secret: runtime.snapshot.organisations.get(organisation)?.secret ?? '',
    });
    const effects = simulatedEffects(outsideSchema.parse({}), {
      models,
      budget: runtime.budget(organisation),
      state: (budget, scope, now) => gateway.counters.cell(budget, scope, now),
      facts,
      counter: tokenCounter,
    });
    const decision = await evaluate(runtime.graph(policy), run, effects);
    if (decision.outcome.type === 'answer') return { ...(await ourCount(run, null)), model: null, labels: NO_MODEL };
    const model = decision.outcome.type === 'model' ? models(decision.outcome.model) : undefined;
    if (!model) {
      const keyName = (other: string): string | undefined => (other === key.id ? key.name : undefined);
      throw refusalOf(decision, policy.name, { publicUrl: gateway.publicUrl, keyName });
    }
    const labels = labelsOf(runtime.models(organisation), model.id);
    const request = {
      body: parsed.counted(run, model),
      timeoutMs: TIMEOUT_MS,
      headers: passedOn({ id, req, protocol: anthropicMessages }),
    };
    const vendors = await gateway.providers.get(model.provider)?.countTokens?.(request).catch(unlessItHasNone(model));
    if (typeof vendors === 'number') return { tokens: vendors, source: 'provider', model, labels };
    return { ...(await ourCount(run, model)), model, labels };
  } finally {
    gateway.inFlight.remove(bytes.length);
  }
}

/** Servers that speak the protocol need not be able to count. */
function unlessItHasNone(model: Model): (error: unknown) => null {
  return (error) => {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.status === 404 || error.status === 405) return null;
    throw failureError(error.failure, model.id, error.message);
  };
}

async function ourCount(run: Run, model: Model | null): Promise<Pick<TokenCount, 'tokens' | 'source'>> {
  const tokens = model && (await countedInputTokens(run, model.tokenizer));
  if (tokens !== null) return { tokens, source: 'counted' };
  const estimate = run.read('tokens.input', false);
  return { tokens: typeof estimate === 'number' ? estimate : 0, source: 'estimated' };
}
