/**
 * What an account may still do with a model in a minute. What a vendor says in its answers is taken as a bucket that fills
 * evenly; a limit of one's own counts any stretch of a minute. Times are of a clock that never goes back.
 */
import { SlidingWindow, type Taken } from '../../policies/throttle.ts';
import type { SaidLimit, SaidLimits } from '../providers/rate-limits.ts';

const MINUTE_MS = 60_000;

/** What an administrator lets an account do with a model in a minute. */
export interface OwnLimits {
  readonly requests?: number | undefined;
  readonly tokens?: number | undefined;
}

/** A call that was let through: what it took, to be corrected by what is known later. */
export interface Paced {
  /** The tokens that it was counted for. */
  readonly amount: number;
  readonly requestsSent: number;
  readonly tokensSent: number;
  readonly request: Taken | null;
  readonly tokens: Taken | null;
}

/** What a vendor has said of one limit, and what was sent since. */
class Bucket {
  #limit = 0;
  #left = 0;
  #at = 0;
  #perMs = 0;
  /** What had been sent before the call whose answer told the limit last. */
  #saidBy = 0;
  /** All that was sent since limits are known. */
  sent = 0;

  /** The vendor's answer to a call, before which `sentBy` had been sent in all. */
  said({ limit, remaining, fullInMs }: SaidLimit, sentBy: number, now: number): void {
    const used = limit - remaining;
    this.#limit = limit;
    // What was sent after that call may not be counted in the answer yet.
    this.#left = remaining - (this.sent - sentBy);
    this.#saidBy = sentBy;
    this.#at = now;
    this.#perMs = used > 0 && fullInMs > 0 ? used / fullInMs : limit / MINUTE_MS;
  }

  take(amount: number, now: number): void {
    this.sent += amount;
    if (this.#limit === 0) return;
    this.#left = this.#leftAt(now) - amount;
    this.#at = now;
  }

  /** Gives back what was never sent, and with which `sentBy` had been taken in all. */
  giveBack(amount: number, sentBy: number, now: number): void {
    // An answer that knows of later calls does not count it; what it says holds as it is.
    if (this.#limit === 0 || sentBy <= this.#saidBy) return;
    this.#left = this.#leftAt(now) + amount;
    this.#at = now;
  }

  /** Milliseconds until an amount fits behind another. More than the whole limit is the vendor's to refuse. */
  waitMs(amount: number, before: number, now: number): number {
    if (this.#limit === 0 || amount > this.#limit) return 0;
    return Math.max(0, (before + amount - this.#leftAt(now)) / this.#perMs);
  }

  #leftAt(now: number): number {
    return Math.min(this.#limit, this.#left + (now - this.#at) * this.#perMs);
  }
}

export class Allowance {
  readonly #requests = new Bucket();
  readonly #tokens = new Bucket();
  #ownRequests: SlidingWindow | null = null;
  #ownTokens: SlidingWindow | null = null;
  /** The vendor has said what it allows. */
  isKnown = false;

  /** Milliseconds until a call of so many tokens fits into what its vendor allows, behind others of so many in all. */
  saidWaitMs(tokens: number, now: number, before = { calls: 0, tokens: 0 }): number {
    if (!this.isKnown) return 0;
    return Math.max(this.#requests.waitMs(1, before.calls, now), this.#tokens.waitMs(tokens, before.tokens, now));
  }

  /** Milliseconds until it fits into limits of one's own; Infinity where it never does. */
  ownWaitMs(own: OwnLimits, tokens: number, now: number): number {
    let wait = 0;
    if (own.requests !== undefined) {
      this.#ownRequests ??= new SlidingWindow('minute');
      wait = this.#ownRequests.fitsAt(1, own.requests, now) - now;
    }
    if (own.tokens !== undefined) {
      this.#ownTokens ??= new SlidingWindow('minute');
      wait = Math.max(wait, this.#ownTokens.fitsAt(tokens, own.tokens, now) - now);
    }
    return wait;
  }

  /**
   * The same at best, behind so many other calls: the tokens that these and the ones under way are counted for are
   * estimates, and may still be given back.
   */
  ownSoonestMs(own: OwnLimits, tokens: number, now: number, callsBefore: number): number {
    let wait = 0;
    if (own.requests !== undefined && this.#ownRequests) {
      // No stretch of a minute takes more than the limit: each full one of those before puts it off by a minute.
      const minutes = Math.floor(callsBefore / own.requests);
      const rest = callsBefore - minutes * own.requests + 1;
      wait = minutes * MINUTE_MS + this.#ownRequests.fitsAt(rest, own.requests, now) - now;
    }
    if (own.tokens !== undefined && this.#ownTokens) {
      wait = Math.max(wait, this.#ownTokens.fitsAt(tokens, own.tokens, now, true) - now);
    }
    return wait;
  }

  /** Takes the room of a call. */
  take(tokens: number, now: number): Paced {
    this.#requests.take(1, now);
    this.#tokens.take(tokens, now);
    return {
      amount: tokens,
      requestsSent: this.#requests.sent,
      tokensSent: this.#tokens.sent,
      request: this.#ownRequests?.take(1, now) ?? null,
      tokens: this.#ownTokens?.take(tokens, now) ?? null,
    };
  }

  /** Gives back the room of a call that was never sent. */
  giveBack({ amount, requestsSent, tokensSent, request, tokens }: Paced, now: number): void {
    this.#requests.giveBack(1, requestsSent, now);
    this.#tokens.giveBack(amount, tokensSent, now);
    if (request) this.#ownRequests?.settle(request, 0);
    if (tokens) this.#ownTokens?.settle(tokens, 0);
  }

  /** What the vendor said in its answer to a call; null for one that took no room, since no limit was known then. */
  said({ requests, tokens }: SaidLimits, paced: Paced | null, now: number): void {
    this.isKnown = true;
    if (requests) this.#requests.said(requests, paced?.requestsSent ?? this.#requests.sent, now);
    if (tokens) this.#tokens.said(tokens, paced?.tokensSent ?? this.#tokens.sent, now);
  }

  /** Puts the tokens that a call really used in place of the estimate. */
  settle(paced: Paced, tokens: number): void {
    if (paced.tokens) this.#ownTokens?.settle(paced.tokens, tokens);
  }
}
