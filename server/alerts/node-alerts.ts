/** What alerts in policies tell: at most once in their time for each node and scope, which is kept in memory. */
import { type AlertPlaceholder, fillAlertText } from '../../policies/alert-text.ts';
import type { AlertNeed, AlertResult } from '../../policies/effects.ts';
import { hasChannel, type Snapshot } from '../control/snapshot.ts';
import type { Inbox } from './inbox.ts';

/** Scopes remembered; for more, the oldest has to run out first. */
const MOST_REMEMBERED = 50_000;
const LOOKED_AT = 2;

const MARK = 'policy\n';

/** The request that has come to an alert. */
export interface AlertingRequest {
  readonly organisation: string;
  readonly policy: { readonly id: string; readonly name: string };
  readonly at: number;
  readonly request: string;
  /** The title of the node. */
  readonly title: string;
  readonly value: (name: AlertPlaceholder) => string | null;
}

export class NodeAlerts {
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;
  /** Until when nothing more is told, in milliseconds since 1970. */
  readonly #until = new Map<string, number>();
  #lookedAt = this.#until.entries();

  constructor(inbox: Inbox, snapshot: () => Snapshot) {
    this.#inbox = inbox;
    this.#snapshot = snapshot;
  }

  /** How the marks of these alerts begin. */
  static readonly MARKS = MARK;

  /** Takes over what an earlier process has told. */
  remember(marks: readonly { readonly organisation: string; readonly mark: string; readonly until: number }[]): void {
    for (const { organisation, mark, until } of marks.slice(-MOST_REMEMBERED)) {
      this.#until.set(`${organisation}\n${mark}`, until);
    }
  }

  /** Notes what an alert says, or says why it does not. Only memory is touched. */
  tell(need: AlertNeed, request: AlertingRequest): AlertResult {
    const { channel, scope, node } = need;
    const { organisation, policy, at } = request;
    const state = (alert: AlertResult['alert']): AlertResult => ({ alert, channel, scope });
    if (!hasChannel(this.#snapshot(), organisation, channel)) return state('no_channel');
    const mark = `${MARK}${policy.id}\n${node}\n${scope}`;
    const key = `${organisation}\n${mark}`;
    const known = this.#until.get(key);
    if (known !== undefined && known > at) return state('told_before');
    if (known === undefined && !this.#hasRoom(at)) return state('full');
    const until = at + need.everyMs;
    const isNoted = this.#inbox.note({
      organisation,
      about: 'policy',
      channel,
      teams: [],
      at,
      once: { mark, until },
      title: request.title,
      text: fillAlertText(need.text, request.value),
      path: `/requests/${request.request}`,
      data: { policy: policy.name, node, scope, request: request.request },
    });
    if (!isNoted) return state('full');
    this.#until.set(key, until);
    return state('noted');
  }

  /** Looks at a few that are remembered, round and round, to forget those that have run out. */
  #hasRoom(now: number): boolean {
    for (let looks = 0; looks < LOOKED_AT; looks++) {
      const next = this.#lookedAt.next();
      if (next.done) {
        this.#lookedAt = this.#until.entries();
        break;
      }
      const [key, until] = next.value;
      if (until <= now) this.#until.delete(key);
    }
    return this.#until.size < MOST_REMEMBERED;
  }
}
