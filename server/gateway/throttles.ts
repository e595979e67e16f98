/**
 * What every throttle has let pass, in memory: one process decides, so that room is checked and taken in one step. What is
 * all free again is forgotten; a restart forgets the rest too.
 */
import {
  decideThrottle,
  SlidingWindow,
  type Taken,
  type ThrottleDecision,
  type ThrottlePeriod,
} from '../../policies/throttle.ts';

/** Requests that wait for room in one scope of one throttle. */
const MOST_WAITING = 1000;
/** Scopes remembered for one organisation. */
const MOST_SCOPES = 50_000;
/** Scopes looked at for each new one, to forget those that are all free. */
const LOOKED_AT = 2;
/** The longest that Node's timers can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A request's question to one scope of a throttle. */
export interface Asked {
  readonly amount: number;
  readonly limit: number;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
}

/** What came of it; `taken` is there where the request passed. */
export interface Answered {
  readonly decision: ThrottleDecision;
  readonly taken: Taken | null;
}

interface Waiter extends Asked {
  readonly since: number;
  readonly answer: (answered: Answered) => void;
  readonly tooLate: NodeJS.Timeout;
}

/** Milliseconds of a clock that never goes back, whatever is done to that of the machine. */
const steadyNow = (): number => performance.now();

/** One scope of one throttle. */
export class ThrottleScope {
  readonly #window: SlidingWindow;
  /** In the order in which they came. */
  readonly #waiting: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(per: ThrottlePeriod | null) {
    this.#window = new SlidingWindow(per);
  }

  /** Takes room at once, or says that there is none; where a request may wait, whoever waits already comes first. */
  enter(asked: Asked, isStopping: boolean, onWait: (leave: () => void) => void): Answered | Promise<Answered> {
    const now = steadyNow();
    const used = this.#window.used(now);
    const { amount, limit, waitMs } = asked;
    const atOnce = decideThrottle(used, amount, limit);
    if (atOnce.why === 'too_large') return this.#refused(asked, 'too_large', now, 0);
    if (atOnce.why === 'fits' && this.#waiting.length === 0) return this.#admitted(asked, now, 0);
    // Time alone cannot help where even what is still an estimate, all given back, would not make room.
    const inVain = this.#window.fitsAt(amount, limit, now, true) > now + waitMs;
    if (waitMs === 0 || inVain) return this.#refused(asked, 'over_limit', now, 0);
    if (isStopping) return this.#refused(asked, 'stopping', now, 0);
    if (this.#waiting.length >= MOST_WAITING) return this.#refused(asked, 'too_many_waiting', now, 0);
    return new Promise((answer) => {
      const waiter: Waiter = {
        ...asked,
        since: now,
        answer,
        tooLate: setTimeout(() => this.#leave(waiter, 'waited_in_vain'), waitMs),
      };
      this.#waiting.push(waiter);
      onWait(() => this.#leave(waiter, 'hung_up'));
      this.#serve();
    });
  }

  /** Puts what was really used in place of what was taken, and serves whoever waits for it. */
  settle(taken: Taken, used: number): void {
    this.#window.settle(taken, used);
    if (this.#waiting.length > 0) this.#serve();
  }

  /** Refuses everybody who waits. */
  stop(): void {
    for (const waiter of [...this.#waiting]) this.#leave(waiter, 'stopping');
  }

  /** What is left of a limit now, and the milliseconds until all of it is free; Infinity where time does not tell. */
  left(limit: number): { readonly remaining: number; readonly freeInMs: number } {
    const now = steadyNow();
    return {
      remaining: Math.max(0, limit - this.#window.used(now)),
      freeInMs: this.#window.emptyAt(now) - now,
    };
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether nothing is taken and nobody waits, so that it need not be remembered. */
  get isFree(): boolean {
    const now = steadyNow();
    return this.#waiting.length === 0 && this.#window.emptyAt(now) <= now;
  }

  #serve(): void {
    clearTimeout(this.#timer);
    const now = steadyNow();
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const fitsAt = this.#window.fitsAt(first.amount, first.limit, now);
      if (fitsAt > now) {
        if (fitsAt < Number.POSITIVE_INFINITY) {
          this.#timer = setTimeout(() => this.#serve(), Math.min(LONGEST_TIMER, Math.ceil(fitsAt - now)));
        }
        return;
      }
      this.#waiting.shift();
      clearTimeout(first.tooLate);
      first.answer(this.#admitted(first, now, now - first.since));
    }
  }

  #leave(waiter: Waiter, why: ThrottleDecision['why']): void {
    const place = this.#waiting.indexOf(waiter);
    if (place === -1) return;
    this.#waiting.splice(place, 1);
    clearTimeout(waiter.tooLate);
    const now = steadyNow();
    waiter.answer(this.#refused(waiter, why, now, now - waiter.since));
    // The next may count for less.
    if (place === 0) this.#serve();
  }

  #admitted(asked: Asked, now: number, waitedMs: number): Answered {
    const used = this.#window.used(now);
    const taken = this.#window.take(asked.amount, now);
    const times = { waitedMs: Math.round(waitedMs), resetsAt: this.#resetsAt(now), retryAt: null };
    return { decision: { port: 'within', why: 'fits', used, amount: asked.amount, ...times }, taken };
  }

  #refused({ amount, limit }: Asked, why: ThrottleDecision['why'], now: number, waitedMs: number): Answered {
    const used = this.#window.used(now);
    const retryAt = wallClock(this.#window.fitsAt(amount, limit, now), now);
    const times = { waitedMs: Math.round(waitedMs), resetsAt: this.#resetsAt(now), retryAt };
    return { decision: { port: 'limited', why, used, amount, ...times }, taken: null };
  }

  #resetsAt(now: number): number | null {
    return wallClock(this.#window.emptyAt(now), now);
  }
}

/** A moment of the steady clock as milliseconds since 1970; null where it never comes. */
function wallClock(at: number, now: number): number | null {
  return at === Number.POSITIVE_INFINITY ? null : Date.now() + Math.ceil(at - now);
}

/** The scopes of one organisation, by what they count. */
class Scopes {
  readonly byKey = new Map<string, ThrottleScope>();
  #lookedAt = this.byKey.entries();

  /** Looks at the next few, round and round: each new scope thus pays for the end of old ones. */
  forget(): void {
    for (let looks = 0; looks < LOOKED_AT; looks++) {
      const next = this.#lookedAt.next();
      if (next.done) {
        this.#lookedAt = this.byKey.entries();
        return;
      }
      const [key, scope] = next.value;
      if (scope.isFree) this.byKey.delete(key);
    }
  }
}

export class Throttles {
  readonly #organisations = new Map<string, Scopes>();
  #isStopping = false;

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** The scope that `key` stands for; null when too many are remembered for one more. */
  scope(organisation: string, key: string, per: ThrottlePeriod | null): ThrottleScope | null {
    let scopes = this.#organisations.get(organisation);
    if (!scopes) {
      scopes = new Scopes();
      this.#organisations.set(organisation, scopes);
    }
    const known = scopes.byKey.get(key);
    if (known) return known;
    scopes.forget();
    if (scopes.byKey.size >= MOST_SCOPES) return null;
    const made = new ThrottleScope(per);
    scopes.byKey.set(key, made);
    return made;
  }

  /** How many scopes are remembered. */
  get size(): number {
    let size = 0;
    for (const { byKey } of this.#organisations.values()) size += byKey.size;
    return size;
  }

  /** How many requests wait for room. */
  get waiting(): number {
    let waiting = 0;
    for (const { byKey } of this.#organisations.values()) for (const scope of byKey.values()) waiting += scope.waiting;
    return waiting;
  }

  /** Refuses everybody who waits, now and from now on. */
  stop(): void {
    this.#isStopping = true;
    for (const { byKey } of this.#organisations.values()) for (const scope of byKey.values()) scope.stop();
  }
}
