/** What goes wrong beside the requests: more reported than was held, a model without a price, records not written. */
import type { Snapshot } from '../control/snapshot.ts';
import type { Inbox } from './inbox.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Models of which it is remembered that they have no price; callers cannot make up more than providers take. */
const MOST_REMEMBERED = 10_000;

/** A request as these messages name it. */
export interface FaultyRequest {
  readonly organisation: string;
  /** Id of the team that it counts for. */
  readonly team: string;
  readonly request: string;
  readonly at: number;
}

export class FaultAlerts {
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;
  /** Until when an unpriced model need not be told again, so that the database is not asked for each request. */
  readonly #unpriced = new Map<string, number>();
  #wasWriting = true;

  constructor(inbox: Inbox, snapshot: () => Snapshot) {
    this.#inbox = inbox;
    this.#snapshot = snapshot;
  }

  /** A provider reported more than was held; `words` say what. Told once an hour for each model. */
  overrun({ organisation, team, request, at }: FaultyRequest, model: string, words: string): void {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    this.#inbox.note({
      organisation,
      about: 'budgets',
      channel: null,
      teams: [team],
      at,
      once: { mark: `overrun\n${model}\n${hour}`, until: hour + HOUR_MS },
      title: `${model} used more than was held for it`,
      text: words,
      path: `/requests/${request}`,
      data: { model, request },
    });
  }

  /** A model without a known price was used. Told once a day for each. */
  unpriced({ organisation, request, at }: FaultyRequest, model: string): void {
    const key = `${organisation}\n${model}`;
    if ((this.#unpriced.get(key) ?? 0) > at) return;
    if (this.#unpriced.size >= MOST_REMEMBERED) this.#unpriced.clear();
    const until = Math.floor(at / DAY_MS) * DAY_MS + DAY_MS;
    const isNoted = this.#inbox.note({
      organisation,
      about: 'budgets',
      channel: null,
      teams: [],
      at,
      once: { mark: `unpriced\n${model}`, until },
      title: `${model} has no price`,
      text: `A request has used ${model}, whose price is not known: its cost is missing from every sum, and behind a money budget it is refused. Set its price.`,
      path: '/models',
      data: { model, request },
    });
    if (isNoted) this.#unpriced.set(key, until);
  }

  /** Told when records can no longer be written, and when they can again. */
  writing(isWriting: boolean, now: number): void {
    if (isWriting === this.#wasWriting) return;
    this.#wasWriting = isWriting;
    for (const organisation of this.#snapshot().organisations.keys()) {
      this.#inbox.note({
        organisation,
        about: 'failures',
        channel: null,
        teams: [],
        at: now,
        once: null,
        title: isWriting ? 'Requests are recorded again' : 'Requests cannot be recorded',
        text: isWriting
          ? 'The gateway can write its records again, and answers as before.'
          : 'The gateway cannot write its records, so it withholds the answers to requests. Look at the disk and at the database.',
        path: null,
        data: { recording: isWriting ? 'yes' : 'no' },
      });
    }
  }
}
