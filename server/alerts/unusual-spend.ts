/** Looks once a minute whether a key, a team or a workflow spends more than it usually does, by sums of the records. */
import { dollars } from '../../policies/price.ts';
import { type HourlyCost, unusualSpend } from '../../policies/unusual.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { Grouping, RecordFilter, RecordStore } from '../records/record.ts';
import type { Inbox } from './inbox.ts';

const HOUR_MS = 3_600_000;
const DAYS = 15;
const GROUPINGS = ['key', 'tag:team', 'tag:workflow'] as const satisfies readonly Grouping[];

/** Of one organisation: what its hours that are over have cost, by their start. */
type Past = Map<number, readonly HourlyCost[]>;

export class UnusualSpend {
  readonly #records: Pick<RecordStore, 'totals'>;
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;
  readonly #past = new Map<string, Past>();
  #isStopped = false;

  constructor(records: Pick<RecordStore, 'totals'>, inbox: Inbox, snapshot: () => Snapshot) {
    this.#records = records;
    this.#inbox = inbox;
    this.#snapshot = snapshot;
  }

  /** Looks at the hour of `now`, in milliseconds since 1970. The first look reads the hours of the last fifteen days. */
  async look(now: number): Promise<void> {
    for (const organisation of this.#snapshot().organisations.keys()) {
      const history = await this.#history(organisation, now);
      if (this.#isStopped) return;
      for (const found of unusualSpend(history, now)) this.#tell(organisation, found, now);
    }
  }

  /** Reads nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** One question at a time, so that those of people find a connection too. */
  async #history(organisation: string, now: number): Promise<HourlyCost[]> {
    const past = this.#past.get(organisation) ?? new Map<number, readonly HourlyCost[]>();
    const thisHour = Math.floor(now / HOUR_MS) * HOUR_MS;
    const lastHour = thisHour - HOUR_MS;
    const first = thisHour - DAYS * 24 * HOUR_MS;
    for (const hour of past.keys()) if (hour < first) past.delete(hour);
    if (past.size === 0) await this.#leaveOutIdle(organisation, past, first, lastHour);
    this.#past.set(organisation, past);
    for (let hour = first; hour < lastHour && !this.#isStopped; hour += HOUR_MS) {
      if (!past.has(hour)) past.set(hour, await this.#costs(organisation, hour));
    }
    // A request counts in the hour of its start, and may end in the next: the last hour is not remembered yet.
    const newest = [await this.#costs(organisation, lastHour), await this.#costs(organisation, thisHour)];
    return [...past.values(), ...newest].flat();
  }

  /** Hours in which nothing was spent need no questions of their own. */
  async #leaveOutIdle(organisation: string, past: Past, from: number, to: number): Promise<void> {
    const totals = await this.#records.totals({ organisation, from, to }, 'hour');
    const busy = new Set(totals.filter(({ cost }) => cost > 0).map(({ group }) => Date.parse(group ?? '')));
    for (let hour = from; hour < to; hour += HOUR_MS) if (!busy.has(hour)) past.set(hour, []);
  }

  async #costs(organisation: string, hour: number): Promise<HourlyCost[]> {
    const filter: RecordFilter = { organisation, from: hour, to: hour + HOUR_MS };
    const costs: HourlyCost[] = [];
    for (const grouping of GROUPINGS) {
      for (const { group, cost } of await this.#records.totals(filter, grouping)) {
        if (group !== null && cost > 0) costs.push({ subject: `${grouping.replace('tag:', '')}=${group}`, hour, cost });
      }
    }
    return costs;
  }

  #tell(organisation: string, found: ReturnType<typeof unusualSpend>[number], now: number): void {
    const { subject, hour, cost, usual, words } = found;
    const { keys, teams } = this.#snapshot();
    const [, kind = '', name = ''] = /^(\w+)=(.*)$/s.exec(subject) ?? [];
    const key = kind === 'key' ? [...keys.values()].find(({ id }) => id === name) : undefined;
    const called = key?.name ?? name;
    const team = [...teams].find(
      ([, one]) => one.organisation === organisation && one.name === called && kind === 'team',
    );
    this.#inbox.note({
      ...{ organisation, about: 'unusual', channel: null, at: now },
      teams: key ? [key.team] : team ? [team[0]] : [],
      once: { mark: `unusual\n${subject}\n${hour}`, until: hour + 2 * HOUR_MS },
      title: `The ${kind} “${called}” spends more than usual`,
      text: words.replace(`“${name}”`, `“${called}”`),
      path: '/requests',
      data: { subject: kind, name: called, cost, usual, costInWords: dollars(cost), hour },
    });
  }
}
