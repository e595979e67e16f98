/** What is known of each model of each account while the gateway runs: whether it is up, how fast, how much it may do. */
import { Breaker, type BreakerState, isTrouble } from './breaker.ts';
import { Health, type HealthFigures } from './health.ts';
import { Pace } from './pacing.ts';
import { RefusedParameters } from './refused-parameters.ts';

/** Models and conversations that are remembered for one organisation: what was not used for longest is forgotten. */
const MOST_MODELS = 2000;
const MOST_CONVERSATIONS = 20_000;
const MOST_TURNS = 5000;

/** One model of an account. */
export class Upstream {
  readonly breaker = new Breaker();
  readonly health = new Health();
  readonly pace: Pace;
  readonly refused = new RefusedParameters();

  constructor(clock: () => number) {
    this.pace = new Pace(clock);
  }

  /** A call has ended, once for each that was begun; `failure` null where it came to its end. */
  ended(
    failure: string | null,
    used: { readonly outputTokens: number; readonly writingMs: number },
    now: number,
  ): void {
    this.health.underWay -= 1;
    if (failure === 'aborted' || failure === 'client_closed') return;
    if (failure === BROKE_OFF) this.breaker.brokeOff(now);
    this.health.ended({ error: failure !== null && isFault(failure), ...used }, now);
  }
}

/** What the record says of an answer that broke off after its first content. */
const BROKE_OFF = 'upstream_broken';

/** Failures that a model is counted to have made, rather than the request. */
const isFault = (failure: string): boolean => failure === 'auth' || failure === BROKE_OFF || isTrouble(failure);

/** A model's state as people and programs see it. */
export interface UpstreamState extends HealthFigures {
  readonly state: BreakerState;
  /** Milliseconds until it is tried again; 0 where it is not left alone. */
  readonly openInMs: number;
}

/** A map that forgets what was not used for longest. */
class Recent<T> {
  readonly #most: number;
  readonly #entries = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    // As long as there is much room left, it does not matter what was used last.
    if (value !== undefined && this.#entries.size > this.#most / 2) this.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#entries.entries();
  }
}

/** The models of one organisation. */
export class OrganisationUpstreams {
  readonly #models = new Recent<Upstream>(MOST_MODELS);
  /** The model that a conversation had at a node. */
  readonly conversations = new Recent<string>(MOST_CONVERSATIONS);
  readonly #turns = new Recent<number>(MOST_TURNS);
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The model of that id; a new one where nothing is known of it. */
  of(model: string): Upstream {
    let known = this.#models.get(model);
    if (!known) {
      known = new Upstream(this.#clock);
      this.#models.set(model, known);
    }
    return known;
  }

  /** Forgets what is known of the models of an account, since it is another one now. */
  forget(account: string): void {
    for (const [model] of this.#models.entries()) if (model.startsWith(`${account}/`)) this.#models.delete(model);
  }

  /** How often this was asked before for a node of a policy. */
  turn(place: string): number {
    const turn = this.#turns.get(place) ?? 0;
    this.#turns.set(place, turn + 1);
    return turn;
  }

  /** The state of every model that was called, by its id. */
  *states(now: number): IterableIterator<readonly [model: string, state: UpstreamState]> {
    for (const [model, { breaker, health }] of this.#models.entries()) {
      yield [model, { ...health.figures(now), state: breaker.state(now), openInMs: breaker.openInMs(now) }];
    }
  }
}

export class Upstreams {
  readonly #organisations = new Map<string, OrganisationUpstreams>();
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly chance: () => number;
  /** Requests that rest before a model is tried again, or until its account has room. */
  resting = 0;

  constructor(now: () => number, chance: () => number) {
    this.now = now;
    this.chance = chance;
  }

  of(organisation: string): OrganisationUpstreams {
    let known = this.#organisations.get(organisation);
    if (!known) {
      known = new OrganisationUpstreams(() => this.now());
      this.#organisations.set(organisation, known);
    }
    return known;
  }

  /** Every organisation with what is known of its models. */
  all(): IterableIterator<[organisation: string, OrganisationUpstreams]> {
    return this.#organisations.entries();
  }
}
