/** Goes over the sealed records again and again, some at a time, and writes down how far it is and what it has found. */
import type { LogStores } from './logs.ts';
import type { ChainHead } from './sealing.ts';
import { checkLinks, FIRST_LINK, type LinkPlace } from './verify/links.ts';
import { type Report, sayFinding } from './verify/report.ts';

/** Links that are checked between two looks for new records. */
const STEP = 2_000;
const ROUND_MS = 24 * 60 * 60 * 1000;

export interface RecordVerification {
  readonly gateway: string;
  /** Up to which link all are checked in this round. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first thing that was wrong in this round, in words. */
  readonly fault: string | null;
}

interface Round {
  readonly began: number;
  place: LinkPlace;
  fault: string | null;
}

export class Patrol {
  readonly #stores: Pick<LogStores, 'records'>;
  readonly #rounds = new Map<string, Round>();

  constructor(stores: Pick<LogStores, 'records'>) {
    this.#stores = stores;
  }

  /** Checks the next links of every gateway; a round begins anew after a day. `now` is in milliseconds since 1970. */
  async step(now: number): Promise<void> {
    const { records } = this.#stores;
    for (const { gateway, sequence } of await records<ChainHead>('record_chain_heads')) {
      let round = this.#rounds.get(gateway);
      const isDone = round && round.place.sequence >= sequence;
      if (!round || (isDone && now - round.began > ROUND_MS)) {
        round = { began: now, place: FIRST_LINK, fault: null };
        this.#rounds.set(gateway, round);
      }
      const before = round.place.sequence;
      await this.#walk(gateway, round);
      if (round.place.sequence === before) continue;
      const done = { sequence: round.place.sequence, at: now, fault: round.fault };
      await records('record_verification')
        .insert({ gateway, ...done })
        .onConflict('gateway')
        .merge();
    }
  }

  async #walk(gateway: string, round: Round): Promise<void> {
    const report: Report = {
      fault: (table, place, why) => {
        round.fault ??= sayFinding({ table, place, why });
      },
      remark: () => {},
    };
    let walked = 0;
    for await (const { links, place } of checkLinks(this.#stores, gateway, round.place, report)) {
      round.place = place;
      walked += links.length;
      if (walked >= STEP) return;
    }
  }
}
