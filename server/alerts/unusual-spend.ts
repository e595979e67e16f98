/** Looks once a minute whether a key, a team or a workflow spends more than it usually does, by the hourly roll-ups. */
import { dollars } from '../../policies/price.ts';
import { type HourlyCost, unusualSpend } from '../../policies/unusual.ts';
import type { Snapshot } from '../control/snapshot.ts';
import type { UsageAnswer } from '../usage/answer.ts';
import { readValue } from '../usage/dimensions.ts';
import type { Question } from '../usage/question.ts';
import type { Inbox } from './inbox.ts';

const HOUR_MS = 3_600_000;
const DAYS = 15;
const SUBJECTS = ['key', 'team', 'workflow'] as const;
/** Subjects of a kind that are looked at, those that spend most. */
const MOST_SUBJECTS = 1000;

/** Of one organisation: what its hours that are over have cost, by their start. */
type Past = Map<number, readonly HourlyCost[]>;

export class UnusualSpend {
  readonly #usage: (question: Question) => Promise<UsageAnswer>;
  readonly #inbox: Inbox;
  readonly #snapshot: () => Snapshot;
  readonly #past = new Map<string, Past>();
  #isStopped = false;

  constructor(usage: (question: Question) => Promise<UsageAnswer>, inbox: Inbox, snapshot: () => Snapshot) {
    this.#usage = usage;
    this.#inbox = inbox;
    this.#snapshot = snapshot;
  }

  /** Looks at the hour of `now`, in milliseconds since 1970. */
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

  /** Hours that are over are remembered; the first look asks for all of them. */
  async #history(organisation: string, now: number): Promise<HourlyCost[]> {
    const past = this.#past.get(organisation) ?? new Map<number, readonly HourlyCost[]>();
    const thisHour = Math.floor(now / HOUR_MS) * HOUR_MS;
    // A request counts in the hour of its start, and may end in the next: the last hour is not remembered yet.
    const lastHour = thisHour - HOUR_MS;
    const first = thisHour - DAYS * 24 * HOUR_MS;
    for (const hour of past.keys()) if (hour < first) past.delete(hour);
    const from = past.size === 0 ? first : Math.max(...past.keys()) + HOUR_MS;
    const costs = await this.#costs(organisation, from, thisHour + HOUR_MS);
    const byHour = new Map<number, HourlyCost[]>();
    for (const one of costs) byHour.set(one.hour, [...(byHour.get(one.hour) ?? []), one]);
    for (let hour = from; hour < lastHour; hour += HOUR_MS) past.set(hour, byHour.get(hour) ?? []);
    this.#past.set(organisation, past);
    return [...[...past.values()].flat(), ...costs.filter(({ hour }) => hour >= lastHour)];
  }

  /** One question at a time, so that those of people find a connection too. */
  async #costs(organisation: string, from: number, to: number): Promise<HourlyCost[]> {
    const costs: HourlyCost[] = [];
    for (const subject of SUBJECTS) {
      const { groups } = await this.#usage({
        organisation,
        from,
        to,
        by: [subject],
        every: 'hour',
        timeZone: 'UTC',
        conditions: [],
        costAtLeast: null,
        limit: MOST_SUBJECTS,
      });
      for (const { values, start, sums } of groups) {
        const value = readValue(values[0] ?? '');
        if (value === null || start === null || sums.cost <= 0) continue;
        costs.push({ subject: `${subject}=${value}`, hour: start, cost: sums.cost });
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
      organisation,
      about: 'unusual',
      channel: null,
      at: now,
      teams: key ? [key.team] : team ? [team[0]] : [],
      once: { mark: `unusual\n${subject}\n${hour}`, until: hour + 2 * HOUR_MS },
      title: `The ${kind} “${called}” spends more than usual`,
      text: words.replace(`“${name}”`, `“${called}”`),
      path: '/requests',
      data: { subject: kind, name: called, cost, usual, costInWords: dollars(cost), hour },
    });
  }
}
