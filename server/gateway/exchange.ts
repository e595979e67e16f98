/** One request and all that is known of it so far; turned into its record at the end. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { CompiledGraph } from '../../policies/compile.ts';
import type { Decision } from '../../policies/decision.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { FactValue } from '../../policies/facts.ts';
import { ALLOWED_MODELS_FACT, type KeyEndpoint } from '../../policies/key-limits.ts';
import { isMandatory } from '../../policies/mandatory.ts';
import type { Model } from '../../policies/model.ts';
import { boundFor } from '../../policies/model-fit.ts';
import { costOf } from '../../policies/price.ts';
import type { RecordStatus } from '../../policies/record-status.ts';
import { mapUsage, NO_USAGE, type Tag, type Tags, type Usage, type UsageSource } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { newId } from '../control/ids.ts';
import type { KeyEntry, LivePolicy } from '../control/snapshot.ts';
import type { RequestHolds, Taken } from '../money/holds.ts';
import { type PriceInForce, sayPriceSource } from '../money/prices.ts';
import type { RequestSpans } from '../observe/request-spans.ts';
import type { Attempt, Charge, RequestRecord } from '../records/record.ts';
import { addTagsBefore } from '../records/tags-before.ts';
import type { ClientProtocol, ClientRequest } from '../wire/protocol.ts';
import { tellOfOverrun } from './alerting.ts';
import type { RequestCaching } from './caching.ts';
import type { TokenCount } from './count-tokens.ts';
import type { Gateway } from './gateway.ts';
import { keptContent } from './kept-content.ts';
import { NO_SNIFFING } from './no-sniffing.ts';
import type { RequestThrottles } from './request-throttles.ts';
import type { OrganisationModels, Runtime } from './runtime.ts';
import type { UnreportedUsage } from './unreported-usage.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** Clients refuse heads of more than 16 kB. */
const LONGEST_PATH = 4096;
const LONGEST_MODEL = 200;

/** How a request ended, as its record says it. */
export interface Ending {
  readonly status: RecordStatus;
  readonly httpStatus: number;
  readonly errorCode: string | null;
  /** Text of an answer that no model gave. */
  readonly answer?: string;
}

export class Exchange {
  readonly id = newId('req');
  readonly at = Date.now();
  readonly startedAt = performance.now();
  readonly sequence: number;
  readonly runtime: Runtime;
  readonly attempts: Attempt[] = [];
  key: KeyEntry | null = null;
  tags: ReadonlyMap<string, Tag> = new Map();
  parsed: ClientRequest | null = null;
  policy: LivePolicy | null = null;
  /** The organisation's own policy, which runs before it; null where there is none. */
  mandatory: LivePolicy | null = null;
  models: OrganisationModels | null = null;
  run: Run | null = null;
  holds: RequestHolds | null = null;
  throttles: RequestThrottles | null = null;
  /** Null where the request has met no cache. */
  caching: RequestCaching | null = null;
  graph: CompiledGraph | null = null;
  decision: Decision | null = null;
  /** The call under way. */
  calling: UpstreamAnswer | null = null;
  /** The call that answers. */
  answer: UpstreamAnswer | null = null;
  /** Its tokens, where that is what it asked for and they were counted. */
  count: TokenCount | null = null;
  /** Body as the client sent it. */
  body: Buffer | null = null;
  /** Body as it was last sent to a model. */
  sent: Buffer | null = null;
  /** The node whose call answers. */
  answeringNode = '';
  bodyBytes = 0;
  /** Milliseconds spent waiting for upstreams. */
  upstreamMs = 0;
  clientGone = false;
  /** Ends the rest before a call is tried again, or before there is room for it. */
  wake: (() => void) | null = null;
  /** Milliseconds from the start to the first content of a stream; null where none has come. */
  firstTokenMs: number | null = null;
  /** Null where nobody collects traces. */
  readonly spans: RequestSpans | null;

  readonly gateway: Gateway;
  readonly protocol: ClientProtocol;
  readonly req: Request;
  readonly res: ServerResponse;

  constructor(gateway: Gateway, protocol: ClientProtocol, req: Request, res: ServerResponse) {
    this.gateway = gateway;
    this.protocol = protocol;
    this.req = req;
    this.res = res;
    this.runtime = gateway.runtime();
    this.sequence = gateway.nextSequence();
    this.spans = gateway.tracing?.begin(this) ?? null;
    res.once('close', () => {
      if (res.writableFinished) return;
      this.clientGone = true;
      this.calling?.cancel();
      this.throttles?.hangUp();
      this.wake?.();
    });
  }

  /** What it asks for, as keys are limited to it and records call it. */
  get endpoint(): KeyEndpoint {
    return this.protocol.counts ? 'count_tokens' : this.protocol.endpoint;
  }

  /** Of a count of tokens for which nobody was asked there is no record: nothing was sent. */
  get leavesRecord(): boolean {
    return !this.protocol.counts || this.attempts.length > 0;
  }

  /** The price of a model at the request's time; null where it has none. */
  #priceOf(model: Model): PriceInForce | null {
    return this.models?.priceAt(model, this.at) ?? null;
  }

  /** Cost in nano-dollars at the price of the request's time; null where the model has none. */
  costOf(usage: Usage, model: Model): number | null {
    const price = this.#priceOf(model);
    return price && costOf(usage, price.price);
  }

  /** The policy that a node belongs to. */
  policyOf(node: string): LivePolicy | null {
    return isMandatory(node) ? this.mandatory : this.policy;
  }

  /** Notes a finished call in the list of attempts and says what it took. */
  attempted(
    node: string,
    answer: UpstreamAnswer,
    how: {
      readonly failure: string | null;
      readonly status: number | null;
      readonly message: string | null;
      /** What it is taken to have used where it reported nothing; null where it is surely not billed. */
      readonly unreported: UnreportedUsage | null;
      readonly sent: Attempt['sent'];
    },
  ): Taken {
    const reported = answer.usage;
    const complete = how.failure === null;
    let usage = NO_USAGE;
    let source: UsageSource = 'provider';
    if (reported) {
      usage = reported;
      if (this.run && this.holds?.any) {
        const bound = boundFor(this.run, answer.model, this.run.outputLimit ?? 0);
        const overrun = this.gateway.overruns.compare(this.id, answer.model, bound, reported);
        if (overrun !== null && this.key) tellOfOverrun(this, this.key, answer.model.id, overrun);
      }
    } else if (how.unreported) ({ usage, source } = how.unreported);
    const price = this.#priceOf(answer.model);
    const cost = price && costOf(usage, price.price);
    let taken: Taken = { cost: cost ?? 0, tokens: usage.inputTokens + usage.outputTokens };
    // What was not reported is never charged above what was held for it; what was reported is the truth.
    if (source !== 'provider' && this.holds) taken = this.holds.atMost(taken);
    answer.ended(how.failure, usage);
    this.attempts.push({
      node,
      model: answer.model.id,
      ok: complete,
      failure: how.failure,
      status: how.status,
      message: how.message,
      usage,
      usageSource: source,
      cost: cost === null ? null : taken.cost,
      price: price && sayPriceSource(price),
      firstByteMs: answer.firstByteMs,
      durationMs: performance.now() - answer.startedAt,
      upstreamId: answer.upstreamId,
      ...(how.sent !== undefined && { sent: how.sent }),
    });
    return taken;
  }

  /** Headers that tell the app what was decided, each name followed by its value, as `writeHead` takes them at once. */
  headers(cost: string): string[] {
    const headers = ['x-signalbox-request-id', this.id, ...NO_SNIFFING];
    const answered = this.attempts.findLast((attempt) => attempt.ok);
    const model = answered?.model ?? this.answer?.model.id ?? this.count?.model?.id;
    if (this.policy) {
      headers.push('x-signalbox-policy', `${encodeURIComponent(this.policy.name)}@${this.policy.version}`);
    }
    if (this.decision) headers.push('x-signalbox-path', sayPath(this.decision.trace).slice(0, LONGEST_PATH));
    // A client may have named it: half a character would not encode, and a long name would not fit in a head.
    if (model) headers.push('x-signalbox-model', encodeURI(Buffer.from(model.slice(0, LONGEST_MODEL)).toString()));
    let redactions = 0;
    for (const count of Object.values(this.run?.redactions ?? {})) redactions += count;
    const overhead = this.#overheadMs(performance.now() - this.startedAt);
    headers.push(
      'x-signalbox-attempts',
      String(this.attempts.length + (this.answer && !answered && !this.isGivenAgain ? 1 : 0)),
      'x-signalbox-cost-usd',
      cost,
      'x-signalbox-cache',
      this.caching?.state ?? 'off',
      'x-signalbox-redactions',
      String(redactions),
      'x-signalbox-overhead-ms',
      overhead.toFixed(1),
    );
    if (this.count) headers.push('x-signalbox-token-count', this.count.source);
    if (this.throttles) headers.push(...this.throttles.headers());
    return headers;
  }

  /** The gateway's own part of a time: neither what upstreams took nor what the policy made the request wait. */
  #overheadMs(durationMs: number): number {
    return Math.max(0, durationMs - this.upstreamMs - (this.throttles?.waitedMs ?? 0));
  }

  /** Tells its throttles what it used in all, and gives back its calls; once, whatever is called how often. */
  settleThrottles(): void {
    if (!this.throttles) return;
    const { usage } = summed(this.attempts);
    this.throttles.settle({ tokens: usage.inputTokens + usage.outputTokens, cost: this.cost });
  }

  /** The answer was kept of an earlier request: no model was called for it. */
  get isGivenAgain(): boolean {
    return this.caching?.state === 'hit';
  }

  /** False where a model without a known price has used tokens. */
  get costKnown(): boolean {
    return this.attempts.every(({ cost, usage }) => cost !== null || usage.inputTokens + usage.outputTokens === 0);
  }

  get cost(): number {
    return this.attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0);
  }

  /** The durable account. Only for requests whose key is known: others belong to nobody. */
  record(ending: Ending, charges: readonly Charge[], key: KeyEntry): RequestRecord {
    const { parsed, run, gateway } = this;
    const tags = run?.tags ?? this.tags;
    const durationMs = performance.now() - this.startedAt;
    return {
      id: this.id,
      gateway: gateway.gateway,
      boot: gateway.boot,
      sequence: this.sequence,
      organisation: key.organisation,
      project: key.project,
      key: key.id,
      at: this.at,
      durationMs,
      overheadMs: this.#overheadMs(durationMs),
      status: ending.status,
      httpStatus: ending.httpStatus,
      errorCode: ending.errorCode,
      endpoint: this.endpoint,
      stream: !this.protocol.counts && parsed?.view.stream === true,
      app: appOf(this.req),
      requestedModel: parsed?.view.model ?? '',
      model: this.attempts.findLast((attempt) => attempt.ok)?.model ?? this.caching?.given?.model ?? null,
      policy: this.policy?.id ?? null,
      version: this.policy?.version ?? null,
      ...(this.mandatory && { mandatory: { policy: this.mandatory.id, version: this.mandatory.version } }),
      tags: Object.fromEntries(tags),
      trace: this.decision?.trace ?? [],
      attempts: this.attempts,
      charges,
      redactions: run?.redactions ?? {},
      ...(this.policy && { revisions: gateway.revisions(this.runtime.snapshot, key.organisation) }),
      ...summed(this.attempts),
      cost: this.cost,
      ...this.#saved(),
      ...(typeof this.caching?.given?.cost === 'number' && { savedByCaching: this.caching.given.cost }),
      facts: parsed ? this.#facts(parsed, key, tags) : {},
      content: parsed ? keptContent(this, parsed, key, ending.answer) : null,
    };
  }

  /** What the answer would have cost more at the model that was asked for. */
  #saved(): Pick<RequestRecord, 'savedByRouting'> {
    const { parsed, models } = this;
    const answered = this.attempts.findLast((attempt) => attempt.ok);
    if (!parsed || !models || !answered || answered.cost === null || answered.model === parsed.view.model) return {};
    if (this.protocol.counts) return {};
    const asked = models.lookup(parsed.view.model);
    const cost = asked && asked.id !== answered.model ? this.costOf(answered.usage, asked) : null;
    return cost === null ? {} : { savedByRouting: cost - answered.cost };
  }

  /** Facts that every replay needs and that cost nothing; texts are never among them. */
  #facts(parsed: ClientRequest, key: KeyEntry, tags: Tags): RequestRecord['facts'] {
    const { view } = parsed;
    const allowed = key.limits?.models;
    const facts: Record<string, FactValue> = {
      'request.model': view.model,
      'request.endpoint': view.endpoint,
      'request.stream': view.stream,
      'request.max_tokens': view.maxOutputTokens,
      'conversation.turns': view.turns,
      'content.images': view.images,
      'content.tools': view.toolNames,
      'key.id': key.id,
      'key.name': key.name,
      project: key.projectName,
      app: appOf(this.req),
    };
    if (allowed) facts[ALLOWED_MODELS_FACT] = [...allowed.ids, ...allowed.patterns];
    addTagsBefore(facts, this.tags, tags);
    return facts;
  }
}

function summed(attempts: readonly Attempt[]): { usage: Usage; usageSource: UsageSource } {
  const [only] = attempts;
  if (attempts.length === 1 && only) return { usage: only.usage, usageSource: only.usageSource };
  const usage = mapUsage((name) => attempts.reduce((sum, attempt) => sum + attempt.usage[name], 0));
  const guessed = attempts.findLast((attempt) => attempt.usageSource !== 'provider');
  return { usage, usageSource: guessed?.usageSource ?? 'provider' };
}

/** The caller's program as it names itself, without what follows its version. */
export function appOf(req: IncomingMessage): string | null {
  const agent = req.headers['user-agent'];
  return agent === undefined ? null : agent.slice(0, 120);
}
