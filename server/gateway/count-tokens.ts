/**
 * Counts the tokens of a request as the model that its policy chose would read them: redacted, and with the instructions of
 * the policy. No model answers, and it costs nothing. Where the provider is asked, the texts leave the house: that is an
 * attempt, for which there is a record. What the gateway counts by itself is sent nowhere, and leaves none.
 */
import type { Decision } from '../../policies/decision.ts';
import type { Model } from '../../policies/model.ts';
import { NO_USAGE } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { UpstreamError } from '../providers/provider.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Exchange } from './exchange.ts';
import { passedOn } from './passed-headers.ts';
import { failureError } from './refusal.ts';
import { isUnsent, sentOf } from './sent.ts';
import { countedInputTokens } from './unreported-usage.ts';

/** How long a vendor may take to count, in milliseconds. */
const TIMEOUT_MS = 30_000;

export interface TokenCount {
  readonly tokens: number;
  /** Who counted: the provider, the model's published tokenizer, or an estimate from the bytes. */
  readonly source: 'provider' | 'counted' | 'estimated';
  /** Null where the policy answers by itself. */
  readonly model: Model | null;
}

/**
 * The count of a request; null where its policy lets no model answer. Throws SignalboxError where the provider fails in
 * another way than by not having a count.
 */
export async function countTokens(
  exchange: Exchange,
  parsed: ClientRequest,
  run: Run,
  { outcome, trace }: Decision,
): Promise<TokenCount | null> {
  if (outcome.type === 'answer') return ourCount(run, null);
  const model = outcome.type === 'model' ? exchange.models?.lookup(outcome.model) : undefined;
  if (!model) return null;
  const tokens = await providersCount(exchange, parsed, run, model, trace.at(-1)?.node ?? '');
  return tokens === null ? ourCount(run, model) : { tokens, source: 'provider', model };
}

/** What the provider counts; null where it has no count of its own. That it was asked is an attempt, however it ends. */
async function providersCount(
  exchange: Exchange,
  parsed: ClientRequest,
  run: Run,
  model: Model,
  node: string,
): Promise<number | null> {
  const provider = exchange.gateway.providers.get(model.provider);
  if (!provider?.countTokens) return null;
  const body = parsed.outgoing(run, model);
  exchange.sent = body;
  let tokens: number | null = null;
  let error: UpstreamError | null = null;
  const startedAt = performance.now();
  try {
    tokens = await provider.countTokens({ body, timeoutMs: TIMEOUT_MS, headers: passedOn(exchange) });
  } catch (thrown) {
    if (thrown instanceof UpstreamError) error = thrown;
    else error = new UpstreamError('server_error', String(thrown), { billed: 'maybe' });
  }
  const durationMs = performance.now() - startedAt;
  exchange.upstreamMs += durationMs;
  exchange.attempts.push({
    node,
    model: model.id,
    ok: error === null,
    failure: error?.failure ?? null,
    status: error?.status ?? null,
    message: error?.message ?? null,
    usage: NO_USAGE,
    usageSource: 'provider',
    cost: 0,
    price: null,
    firstByteMs: null,
    durationMs,
    upstreamId: null,
    sent: error && isUnsent(error) ? null : sentOf(model, run),
  });
  // Servers that speak the protocol need not be able to count.
  if (error && error.status !== 404 && error.status !== 405) {
    throw failureError(error.failure, model.id, error.message);
  }
  return tokens;
}

async function ourCount(run: Run, model: Model | null): Promise<TokenCount> {
  const tokens = model && (await countedInputTokens(run, model.tokenizer));
  if (tokens !== null) return { tokens, source: 'counted', model };
  const estimate = run.read('tokens.input', false);
  return { tokens: typeof estimate === 'number' ? estimate : 0, source: 'estimated', model };
}
