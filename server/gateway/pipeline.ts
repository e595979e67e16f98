/**
 * A request from top to bottom: read, know the caller, understand the body, decide by the policy (which holds
 * money and calls models on its way), let the answer through, settle, record, and only then send the end of it.
 */
import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { Decision } from '../../policies/decision.ts';
import { evaluate } from '../../policies/evaluate.ts';
import { liveFacts } from '../../policies/facts.ts';
import { Run } from '../../policies/run.ts';
import { outsideSchema, simulatedEffects } from '../../policies/simulate.ts';
import type { KeyEntry, LivePolicy } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';
import type { Taken } from '../money/holds.ts';
import { UpstreamError } from '../providers/provider.ts';
import type { RequestRecord } from '../records/record.ts';
import type { ClientProtocol, ClientRequest } from '../wire/protocol.ts';
import { tellOfEnd } from './alerting.ts';
import { readBody } from './body.ts';
import { keyOf } from './caller-key.ts';
import { countTokens, type TokenCount } from './count-tokens.ts';
import { dryRun, worldNow } from './dry-run.ts';
import { appOf, type Ending, Exchange } from './exchange.ts';
import type { Gateway } from './gateway.ts';
import { startHeartbeat } from './heartbeat.ts';
import { liveEffects } from './live-effects.ts';
import { failureError, refusalOf } from './refusal.ts';
import type { Runtime } from './runtime.ts';
import { sentOf } from './sent.ts';
import { tagsOf } from './tags.ts';
import { endOfTurn, inStep } from './turn.ts';
import { unreportedUsage } from './unreported-usage.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** What is still to be sent once the request is settled and recorded. */
interface Last extends Ending {
  readonly body: Buffer;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Serves one request of a protocol. Never rejects: whatever happens ends in an answer, a record, and no hold left. A request
 * for a count of tokens takes the same way, and holds nothing.
 */
export async function serve(
  gateway: Gateway,
  protocol: ClientProtocol,
  req: Request,
  res: ServerResponse,
): Promise<void> {
  const exchange = new Exchange(gateway, protocol, req, res);
  let last: Last;
  try {
    last = await answerOf(exchange);
  } catch (error) {
    last = failed(exchange, error);
  }
  try {
    await close(exchange, last);
  } catch (error) {
    console.error(`${exchange.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    res.destroy();
  } finally {
    exchange.settleThrottles();
    if (exchange.key && !protocol.counts) gateway.live.left(exchange.key.organisation, exchange.key.project);
  }
}

async function answerOf(exchange: Exchange): Promise<Last> {
  const { gateway, req, runtime, protocol } = exchange;
  if (gateway.stopping()) throw new SignalboxError('shutting_down', {}, { retryAfterMs: 2000 });
  if (gateway.writer.full) throw new SignalboxError('overloaded', {}, { retryAfterMs: 1000 });
  const key = knowCaller(exchange);
  const bytes = await readBody(req, gateway.bodyLimit, gateway.inFlight);
  exchange.bodyBytes = bytes.length;
  exchange.body = bytes;
  await endOfTurn();
  const parsed = protocol.parse(bytes);
  exchange.parsed = parsed;
  await inStep;
  exchange.tags = tagsOf(key, req.headers, parsed.metadata, parsed.user);
  const policy = policyFor(runtime, key, parsed.view.model);
  exchange.policy = policy;
  exchange.mandatory = runtime.mandatory(key.organisation);
  exchange.models = runtime.models(key.organisation);

  const graph = runtime.graph(policy);
  exchange.graph = graph;
  const facts = { key, project: key.projectName, app: appOf(req) };
  if (req.headers['x-signalbox-dry-run'] === 'true' && !protocol.counts) {
    return {
      status: 'dry_run',
      httpStatus: 200,
      errorCode: null,
      contentType: 'application/json',
      body: await dryRun(exchange, parsed, graph, policy, key.organisation, facts),
    };
  }
  const run = new Run({
    view: parsed.view,
    tags: exchange.tags,
    source: liveFacts({ models: exchange.models.lookup, ...facts }),
    now: exchange.at,
    allowedModels: key.limits?.models ?? null,
    secret: runtime.snapshot.organisations.get(key.organisation)?.secret ?? '',
  });
  exchange.run = run;
  if (protocol.counts) {
    const effects = simulatedEffects(outsideSchema.parse({}), worldNow(exchange, key.organisation, facts));
    exchange.decision = await evaluate(graph, run, effects);
    exchange.count = await countTokens(exchange, parsed, run, exchange.decision);
    if (exchange.count) return counted(exchange.count);
    throw refused(exchange, key, policy, exchange.decision);
  }
  await inStep;
  const effects = liveEffects(exchange, parsed, key.organisation);
  const decision = await evaluate(graph, run, exchange.spans?.watch(effects) ?? effects);
  exchange.decision = decision;
  gateway.secondOpinion.consider(exchange.id, graph, decision, run);

  if (decision.outcome.type === 'answer') return fixed(exchange, parsed, decision.outcome.text);
  if (!exchange.answer) throw refused(exchange, key, policy, decision);
  return exchange.answer.stream ? streamed(exchange, exchange.answer) : whole(exchange.answer);
}

/** The key of the request. Throws SignalboxError: those of `keyOf`. */
function knowCaller(exchange: Exchange): KeyEntry {
  return keyOf(exchange.req, exchange.runtime.snapshot, exchange.endpoint, (key) => {
    // What a key may not be used for is on record as well.
    exchange.key = key;
    if (!exchange.protocol.counts) exchange.gateway.live.began(key.organisation, key.project);
  });
}

/** The error of a decision by which no model answers. */
function refused({ gateway }: Exchange, key: KeyEntry, policy: LivePolicy, decision: Decision): SignalboxError {
  const keyName = (id: string): string | undefined => (id === key.id ? key.name : undefined);
  return refusalOf(decision, policy.name, { publicUrl: gateway.publicUrl, keyName });
}

/**
 * The policy that the request names as `policy/<name>`, else its project's, else the organisation's default. Where there is
 * none, the request is refused before the organisation's own policy runs: that would hold money for a call that cannot come.
 */
function policyFor(runtime: Runtime, key: KeyEntry, model: string): LivePolicy {
  const { snapshot } = runtime;
  const named = model.startsWith('policy/') ? model.slice(7) : null;
  const fallback =
    snapshot.projects.get(key.project)?.defaultPolicy ??
    snapshot.organisations.get(key.organisation)?.defaultPolicy ??
    null;
  const policy = named === null ? snapshot.policies.get(fallback ?? '') : runtime.policyNamed(key.organisation, named);
  if (!policy)
    throw named === null ? new SignalboxError('no_policy') : new SignalboxError('unknown_policy', { policy: named });
  if (policy.id === runtime.mandatory(key.organisation)?.id) {
    throw new SignalboxError('policy_not_own', { policy: policy.name });
  }
  if (!key.policies.has(policy.id)) throw new SignalboxError('policy_not_allowed', { policy: policy.name });
  return policy;
}

function fixed(exchange: Exchange, parsed: ClientRequest, text: string): Last {
  const created = Math.floor(exchange.at / 1000);
  const body = parsed.fixedAnswer({ text, model: 'signalbox/answer', id: exchange.id, created });
  return {
    status: 'answered',
    httpStatus: 200,
    errorCode: null,
    answer: text,
    body,
    contentType: parsed.view.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
  };
}

function counted({ tokens }: TokenCount): Last {
  const body = Buffer.from(JSON.stringify({ input_tokens: tokens }));
  return { status: 'counted', httpStatus: 200, errorCode: null, body, contentType: 'application/json' };
}

function whole(answer: UpstreamAnswer): Last {
  const body = answer.whole?.bytes;
  if (!body) throw new SignalboxError('internal');
  return { status: 'ok', httpStatus: 200, errorCode: null, body, contentType: 'application/json' };
}

/** Lets a stream through to its last event, which is given back to be sent when the request is recorded. */
async function streamed(exchange: Exchange, answer: UpstreamAnswer): Promise<Last> {
  const { res } = exchange;
  const since = performance.now();
  exchange.firstTokenMs = since - exchange.startedAt;
  const headers = exchange.headers(exchange.isGivenAgain ? '0.000000000' : 'pending');
  headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
  res.writeHead(200, headers);
  const resume = (): void => answer.resume();
  const { heartbeatMs } = exchange.gateway;
  const heartbeat = heartbeatMs > 0 ? startHeartbeat(res, heartbeatMs) : null;
  res.on('drain', resume);
  try {
    await new Promise<void>((resolve, reject) => {
      answer.read({
        data: (bytes) => {
          heartbeat?.sent();
          return res.write(bytes);
        },
        end: resolve,
        fail: reject,
      });
    });
  } finally {
    heartbeat?.stop();
    res.off('drain', resume);
    exchange.upstreamMs += performance.now() - since;
  }
  return {
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    body: answer.stream?.tail() ?? Buffer.alloc(0),
    contentType: 'text/event-stream; charset=utf-8',
  };
}

/** Turns whatever was thrown into the end of the request, and ends what is still under way upstream. */
function failed(exchange: Exchange, thrown: unknown): Last {
  const error = asError(exchange, thrown);
  exchange.calling?.cancel();
  const begun = exchange.res.headersSent;
  const isRefusal =
    error.code === 'blocked_by_policy' ||
    error.code === 'budget_exhausted' ||
    error.code === 'cost_unbounded' ||
    error.code === 'price_unknown' ||
    error.code === 'network_not_allowed' ||
    error.code === 'endpoint_not_allowed' ||
    error.code === 'model_not_allowed' ||
    error.code === 'rate_limited' ||
    error.code === 'request_over_limit';
  const status = error.code === 'client_closed' ? 'aborted' : isRefusal ? 'blocked' : 'failed';
  return {
    status: exchange.protocol.counts ? 'counted' : status,
    httpStatus: error.status,
    errorCode: error.code,
    body: begun
      ? exchange.protocol.errorEvent(error, exchange.id, exchange.answer?.stream ?? null)
      : exchange.protocol.errorBody(error, exchange.id),
    contentType: 'application/json',
    headers: retryHeaders(error),
  };
}

function asError(exchange: Exchange, thrown: unknown): SignalboxError {
  if (exchange.clientGone) return new SignalboxError('client_closed');
  if (thrown instanceof SignalboxError) return thrown;
  const model = exchange.answer?.model.id ?? 'unknown';
  if (thrown instanceof UpstreamError) {
    return exchange.res.headersSent
      ? new SignalboxError('upstream_broken', { model, why: thrown.message })
      : failureError(thrown.failure, model, thrown.message);
  }
  console.error(`${exchange.id}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
  return new SignalboxError('internal');
}

/** SDKs wait as long as `retry-after` says, which must not hang an app for hours. */
const LONGEST_RETRY_MS = 60_000;

/** SDKs retry a 429 on their own: they are told when that is of no use, and when it is, for how long to wait. */
export function retryHeaders(error: SignalboxError): Record<string, string> {
  const { retry, retryAfterMs } = error;
  const isSoon = retry && (retryAfterMs ?? 0) <= LONGEST_RETRY_MS;
  return {
    ...(isSoon ? {} : { 'x-should-retry': 'false' }),
    ...(retry && retryAfterMs !== undefined ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {}),
  };
}

/** Below this size, one write of head and body together costs less than two. */
const ONE_WRITE = 16 * 1024;

/** Ends an answer. Node puts a string, unlike a buffer, into one piece with the head; Latin-1 keeps every byte as it is. */
function end(res: ServerResponse, body: Buffer): void {
  if (body.length < ONE_WRITE) res.end(body.toString('latin1'), 'latin1');
  else res.end(body);
}

/** The one exit: settle, record, and send what is left. When the record cannot be written, the end is withheld. */
async function close(exchange: Exchange, ending: Last): Promise<void> {
  const { res, gateway, key, answer } = exchange;
  let last = ending;
  let taken: Taken = { cost: 0, tokens: 0 };
  if (answer && !exchange.isGivenAgain) {
    const complete = last.status === 'ok';
    taken = exchange.attempted(exchange.answeringNode, answer, {
      failure: complete ? null : (last.errorCode ?? 'failed'),
      status: null,
      message: null,
      unreported: answer.usage || !exchange.run ? null : await unreportedUsage(answer, exchange.run),
      sent: exchange.run ? sentOf(answer.model, exchange.run) : undefined,
    });
  }
  const charges = exchange.holds?.settle(taken) ?? [];
  exchange.settleThrottles();
  let record: RequestRecord | null = null;
  if (key && exchange.leavesRecord) {
    tellOfEnd(exchange, key, charges);
    try {
      await inStep;
      record = exchange.record(last, charges, key);
      await gateway.writer.record(record).catch((error: unknown) => {
        last = failed(exchange, error);
      });
      if (last.status === 'ok' && answer && !exchange.isGivenAgain) {
        await exchange.caching?.keep(answer, exchange.attempts.findLast((one) => one.ok)?.cost ?? null);
      }
      gateway.live.ended(record, last.status, Date.now());
    } catch (error) {
      last = failed(exchange, error);
    }
  }
  await inStep;
  gateway.metrics?.ended(exchange, last, record);
  exchange.spans?.ended(last);
  await inStep;
  gateway.inFlight.remove(exchange.bodyBytes);
  if (exchange.clientGone) return;
  const leaving = gateway.stopping();
  if (res.headersSent) {
    // A connection that is kept would hold up the process that was told to stop.
    if (leaving) res.once('finish', () => exchange.req.socket.destroySoon());
    end(res, last.body);
  } else {
    const cost = exchange.costKnown ? (exchange.cost / 1e9).toFixed(9) : 'unknown';
    if (leaving) res.setHeader('connection', 'close');
    const headers = exchange.headers(cost);
    headers.push('content-type', last.contentType, 'content-length', String(last.body.length));
    if (last.headers) headers.push(...Object.entries(last.headers).flat());
    res.writeHead(last.httpStatus, headers);
    end(res, last.body);
  }
  // What was not read of a refused body would hold up the connection.
  if (!exchange.req.complete) exchange.req.resume();
}
