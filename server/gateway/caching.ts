/** The caches that one request meets: what it is given out of them, and what of its answer they keep. */
import { createHash } from 'node:crypto';
import type { CacheNeed, CacheResult } from '../../policies/effects.ts';
import type { Model } from '../../policies/model.ts';
import { mayUse } from '../../policies/model-fit.ts';
import type { Run } from '../../policies/run.ts';
import type { Cache, CachedAnswer } from '../cache/cache.ts';
import { wholeAnswer } from '../cache/whole-answer.ts';
import type { KeyEntry, LivePolicy } from '../control/snapshot.ts';
import { type Provider, UpstreamError } from '../providers/provider.ts';
import { scanObject } from '../wire/json-scan.ts';
import { MOST_KEPT } from '../wire/kept-text.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import { splice } from '../wire/splice.ts';
import type { Exchange } from './exchange.ts';
import { UpstreamAnswer } from './upstream-answer.ts';

/** A longer answer is not kept. */
const LONGEST_ANSWER = 2 * 1024 * 1024;
/** What says how an answer is to come, and nothing of what it is to say. */
const FORM = new Map([
  ['stream', null],
  ['stream_options', null],
]);

/** Where the answer is to be kept when it has come. */
interface Place {
  readonly key: string;
  readonly keptMs: number;
}

type Asking = Pick<Exchange, 'id' | 'at' | 'req' | 'protocol'> & {
  readonly key: KeyEntry;
  readonly policy: LivePolicy;
  readonly mandatory: LivePolicy | null;
  readonly models: NonNullable<Exchange['models']>;
};

export class RequestCaching {
  /** What the header `x-signalbox-cache` says. */
  state: 'hit' | 'miss' | 'bypass' = 'miss';
  /** The answer that is given again, with the model that gave it. */
  given: CachedAnswer | null = null;
  readonly #cache: Cache;
  readonly #asking: Asking;
  readonly #parsed: ClientRequest;
  readonly #places: Place[] = [];

  constructor(cache: Cache, asking: Asking, parsed: ClientRequest) {
    this.#cache = cache;
    this.#asking = asking;
    this.#parsed = parsed;
  }

  /** Looks into the cache of a node. With a hit comes the call that gives the kept answer, as if from upstream. */
  async look(
    need: CacheNeed,
    run: Run,
  ): Promise<{ readonly result: CacheResult; readonly answer: UpstreamAnswer | null }> {
    const body = this.#body(run);
    if (body === null) return nothing('miss');
    const key = this.#key(need, body);
    const { isStream } = this.#form;
    if (need.mayBypass && /\bno-cache\b/i.test(this.#asking.req.headers['cache-control'] ?? '')) {
      this.state = 'bypass';
      this.#places.push({ key, keptMs: need.keptMs });
      return nothing('bypass');
    }
    const { at, models } = this.#asking;
    const kept =
      (await this.#cache.get(nameOf(key, isStream), at)) ?? (await this.#cache.get(nameOf(key, !isStream), at));
    // The model may have been taken away since, and not every key may use it.
    const known = kept && models.lookup(kept.model);
    const model = known && mayUse(known, run) ? known : undefined;
    const bytes = kept && this.#retold(kept);
    if (!kept || !model || !bytes) {
      this.#places.push({ key, keptMs: need.keptMs });
      return nothing(kept && model ? 'other_form' : 'miss');
    }
    const placeholders = run.placeholders && run.placeholders.size > 0 ? run.placeholders : null;
    const answer = new UpstreamAnswer(model, this.#parsed, placeholders);
    await answer.begin(playback(bytes, isStream), {
      protocol: this.#asking.protocol,
      model,
      body,
      stream: isStream,
      timeoutMs: 1000,
      headers: {},
    });
    this.state = 'hit';
    this.given = kept;
    return { result: { cache: 'hit', model: kept.model, ageMs: Math.max(0, at - kept.at) }, answer };
  }

  /** To be called before a call begins whose answer is to be kept. */
  watch(answer: UpstreamAnswer): void {
    if (this.#places.length > 0) answer.copyUpTo(LONGEST_ANSWER);
  }

  /** Keeps an answer that has come whole; `cost` is what it cost in nano-dollars, null where that is not known. */
  async keep(answer: UpstreamAnswer, cost: number | null): Promise<void> {
    const bytes = answer.copied;
    const whole = bytes && wholeAnswer(answer.text);
    if (!bytes || !whole) return;
    const { isStream } = this.#form;
    // Of a very long answer only the beginning is known as text.
    const plainText = answer.received.characters > MOST_KEPT ? null : whole.plainText;
    const kept = { model: answer.model.id, isStream, bytes, plainText, cost, at: Date.now() };
    for (const { key, keptMs } of this.#places) await this.#cache.put(nameOf(key, isStream), kept, kept.at + keptMs);
  }

  get #form(): { readonly isStream: boolean } {
    return { isStream: this.#parsed.view.stream };
  }

  /** The body as it stands here, for the model that was asked for; null where no body can be made of it. */
  #body(run: Run): Buffer | null {
    try {
      return this.#parsed.outgoing(run, { ...ANY_MODEL, name: run.view.model });
    } catch (error) {
      if (error instanceof UpstreamError) return null;
      throw error;
    }
  }

  /**
   * Two requests of the same key have the same placeholders at the same places, each with its own values behind them: so an
   * answer that names them is right for both, and each gets its own values put back.
   */
  #key({ node, within }: CacheNeed, body: Buffer): string {
    const { key, policy, mandatory, protocol, req } = this.#asking;
    const whose = within === 'organisation' ? [key.organisation] : [key.organisation, key.project];
    const headers = protocol.passedHeaders.map((name) => req.headers[name] ?? null);
    const before = mandatory && [mandatory.id, mandatory.version];
    const parts = [whose, before, policy.id, policy.version, node, protocol.endpoint, headers];
    const said = splice(body, scanObject(body).members, FORM);
    return createHash('sha256').update(JSON.stringify(parts)).update('\n').update(said).digest('base64url');
  }

  /** The bytes in the form that was asked for; null where they cannot be retold in it. */
  #retold({ isStream, bytes, plainText, model }: CachedAnswer): Buffer | null {
    if (isStream === this.#form.isStream) return bytes;
    if (plainText === null || this.#parsed.view.choices > 1) return null;
    const { id, at } = this.#asking;
    return this.#parsed.fixedAnswer({ text: plainText, model, id, created: Math.floor(at / 1000) });
  }
}

const nameOf = (key: string, isStream: boolean): string => `${key}.${isStream ? 'stream' : 'whole'}`;

const nothing = (cache: 'miss' | 'other_form' | 'bypass') =>
  ({ result: { cache, model: null, ageMs: null }, answer: null }) as const;

/** Stands for whichever model will answer: bodies are made for it that are only compared. */
const ANY_MODEL: Model = {
  id: '',
  provider: '',
  name: '',
  label: '',
  price: null,
  tier: 'standard',
  contextTokens: null,
  tokenizer: null,
  imageTokens: 0,
  supports: { tools: true, images: true, audio: true, files: true, jsonSchema: true },
  leavesHouse: false,
};

/** An upstream that says again what was kept. */
function playback(bytes: Buffer, isStream: boolean): Provider {
  return {
    name: 'cache',
    send(_request, sink) {
      sink.head({ status: 200, contentType: isStream ? 'text/event-stream' : 'application/json', requestId: null });
      sink.data(bytes);
      sink.end();
      return { pause: () => undefined, resume: () => undefined, cancel: () => undefined };
    },
    close: () => Promise.resolve(),
  };
}
