/**
 * Keeps the calls to a model of an account within what the account allows, before the vendor refuses them: first come, first
 * served. Whoever waits has the next room, and nobody who came later is let through before, even where it would fit.
 */
import type { SaidLimits } from '../providers/rate-limits.ts';
import { Allowance, type OwnLimits, type Paced } from './allowance.ts';

/** Calls that wait for room with one model of an account. */
const MOST_WAITING = 1000;

/** What a call asks for. */
export interface RoomAsked {
  readonly tokens: number;
  /** What an administrator lets the account do; undefined for no limit. */
  readonly own: OwnLimits | undefined;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
  /** Nobody else could answer: what the vendor said does not keep it from being called where waiting is no help. */
  readonly isLastHope: boolean;
}

/** A call that is let through, with the room that it took. */
export interface LetThrough {
  readonly paced: Paced;
  readonly waitedMs: number;
}

/** A call for which there is no room in time, or that has left. */
export interface NoRoom {
  readonly paced: null;
  readonly waitedMs: number;
  /** How many waited before it. */
  readonly before: number;
  /** Milliseconds until there would be room, as far as is known; null where there never is for so large a call. */
  readonly retryAfterMs: number | null;
}

interface Waiter extends RoomAsked {
  readonly since: number;
  readonly giveUpAt: number;
  readonly answer: (entered: LetThrough | NoRoom) => void;
}

/** What one account allows with one model. `clock` gives milliseconds and never goes back. */
export class Pace {
  readonly #clock: () => number;
  readonly #allowance = new Allowance();
  /** The limits of one's own, as the call that came last knows them. */
  #own: OwnLimits = {};
  /** In the order in which they came. */
  readonly #waiting: Waiter[] = [];
  #tokensWaiting = 0;
  /** Nobody who waits gives up before. */
  #firstGivesUpAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether a call with such limits of one's own has to `enter`: else no limit of any kind is known. */
  isLimited(own: OwnLimits | undefined): boolean {
    return own !== undefined || this.#allowance.isKnown || this.#waiting.length > 0;
  }

  /**
   * Takes the room of a call at once, or says that there will be none in time, or lets it wait for its turn. `onWait` gets
   * what ends the wait of a caller that has gone.
   */
  enter(asked: RoomAsked, onWait: (leave: () => void) => void): LetThrough | NoRoom | Promise<LetThrough | NoRoom> {
    const now = this.#clock();
    this.#own = asked.own ?? {};
    if (this.#waiting.length > 0) this.#serve();
    const before = this.#waiting.length;
    const wait = before === 0 ? this.#waitMs(asked, now + asked.waitMs, now) : this.#turnMs(asked, now);
    if (wait === 0) return { paced: this.#allowance.take(asked.tokens, now), waitedMs: 0 };
    if (wait === Number.POSITIVE_INFINITY) return this.#noRoom({ ...asked, since: now }, before, now);
    return new Promise((answer) => {
      const waiter: Waiter = { ...asked, since: now, giveUpAt: now + asked.waitMs, answer };
      this.#waiting.push(waiter);
      this.#tokensWaiting += asked.tokens;
      this.#firstGivesUpAt = Math.min(this.#firstGivesUpAt, waiter.giveUpAt);
      onWait(() => this.#leave(waiter));
      this.#serve();
    });
  }

  /** Gives back the room of a call that was never sent. */
  giveBack(paced: Paced): void {
    this.#allowance.giveBack(paced, this.#clock());
    if (this.#waiting.length > 0) this.#serve();
  }

  /** What the vendor said in its answer to a call; null for one that took no room, since no limit was known then. */
  said(said: SaidLimits, paced: Paced | null): void {
    this.#allowance.said(said, paced, this.#clock());
    if (this.#waiting.length > 0) this.#serve();
  }

  /** Puts the tokens that a call really used in place of the estimate. */
  settle(paced: Paced, tokens: number): void {
    this.#allowance.settle(paced, tokens);
    if (this.#waiting.length > 0) this.#serve();
  }

  /** Lets through whoever's turn it is, and sends away whose time is over. */
  #serve(): void {
    clearTimeout(this.#timer);
    const now = this.#clock();
    let wait = Number.POSITIVE_INFINITY;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      wait = this.#waitMs(first, first.giveUpAt, now);
      if (wait > 0 && wait < Number.POSITIVE_INFINITY) break;
      this.#takeOut(0);
      const waitedMs = now - first.since;
      if (wait === 0) first.answer({ paced: this.#allowance.take(first.tokens, now), waitedMs });
      else first.answer(this.#noRoom(first, 0, now));
    }
    if (now >= this.#firstGivesUpAt) this.#sendAway(now);
    if (this.#waiting.length === 0) return;
    const next = Math.min(wait, this.#firstGivesUpAt - now);
    this.#timer = setTimeout(() => this.#serve(), Math.ceil(next));
  }

  /** Sends away those behind the first whose time is over. */
  #sendAway(now: number): void {
    this.#firstGivesUpAt = Number.POSITIVE_INFINITY;
    for (let place = 0; place < this.#waiting.length; ) {
      const waiter = this.#waiting[place];
      if (waiter && waiter.giveUpAt <= now) {
        this.#takeOut(place);
        waiter.answer(this.#noRoom(waiter, place, now));
      } else {
        this.#firstGivesUpAt = Math.min(this.#firstGivesUpAt, waiter?.giveUpAt ?? Number.POSITIVE_INFINITY);
        place += 1;
      }
    }
  }

  #leave(waiter: Waiter): void {
    const place = this.#waiting.indexOf(waiter);
    if (place === -1) return;
    this.#takeOut(place);
    waiter.answer(this.#noRoom(waiter, place, this.#clock()));
    // The next may ask for less.
    if (place === 0) this.#serve();
  }

  #takeOut(place: number): void {
    const [gone] = this.#waiting.splice(place, 1);
    this.#tokensWaiting -= gone?.tokens ?? 0;
    if (this.#waiting.length > 0) return;
    this.#firstGivesUpAt = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  /** Milliseconds until the room is there for a call whose turn it is; Infinity where that is too late for it, or never. */
  #waitMs({ tokens, isLastHope }: RoomAsked, giveUpAt: number, now: number): number {
    const own = this.#allowance.ownWaitMs(this.#own, tokens, now);
    const said = this.#allowance.saidWaitMs(tokens, now);
    const left = giveUpAt - now;
    if (own > 0 && (left <= 0 || this.#allowance.ownSoonestMs(this.#own, tokens, now, 0) > left)) {
      return Number.POSITIVE_INFINITY;
    }
    if (said <= left) return Math.max(own, said);
    // Then it is for the vendor to refuse it.
    return isLastHope || said === 0 ? own : Number.POSITIVE_INFINITY;
  }

  /** The same for a call behind all that wait: at best, above 0; Infinity where that is too late for it, or never. */
  #turnMs({ tokens, isLastHope, waitMs }: RoomAsked, now: number): number {
    const before = { calls: this.#waiting.length, tokens: this.#tokensWaiting };
    const own = this.#allowance.ownSoonestMs(this.#own, tokens, now, before.calls);
    const wait = isLastHope ? own : Math.max(own, this.#allowance.saidWaitMs(tokens, now, before));
    return waitMs <= 0 || wait > waitMs || before.calls >= MOST_WAITING ? Number.POSITIVE_INFINITY : Math.max(1, wait);
  }

  #noRoom({ tokens, since }: Pick<Waiter, 'tokens' | 'since'>, before: number, now: number): NoRoom {
    const [first] = this.#waiting;
    const ahead = { calls: before, tokens: 0 };
    for (const waiter of this.#waiting.slice(0, before)) ahead.tokens += waiter.tokens;
    const ms = Math.max(
      before > 0 && first ? this.#allowance.ownWaitMs(this.#own, first.tokens, now) : 0,
      this.#allowance.ownWaitMs(this.#own, tokens, now),
      this.#allowance.saidWaitMs(tokens, now, ahead),
    );
    return { paced: null, waitedMs: now - since, before, retryAfterMs: Number.isFinite(ms) ? Math.ceil(ms) : null };
  }
}
