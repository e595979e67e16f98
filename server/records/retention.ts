/**
 * Deletes what is old enough, and what somebody has asked to be deleted: one run at a time, in small steps with a rest after
 * each. A run that was cut short goes on after the next start, and ends with one entry of the history.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Knex } from 'knex';
import { DELETION_BEGIN, DELETION_END, deletedByRun } from '../audit/deletion-runs.ts';
import { sealAll } from '../audit/sealing.ts';
import type { Cache } from '../cache/cache.ts';
import { type Actor, change } from '../control/history.ts';
import { newId } from '../control/ids.ts';
import type { Snapshot } from '../control/snapshot.ts';
import { forgetValue } from '../usage/forget.ts';
import type { UsageStores } from '../usage/stores.ts';
import { rulesOf, sayRules, targetsOf } from './retention-rules.ts';
import {
  type DeletionRun,
  endRun,
  insertRun,
  newestRuns,
  type OpenRun,
  openRuns,
  type Target,
} from './retention-runs.ts';
import { countWanted, FIRST_PLACE, nextPage, type RetentionStores } from './retention-search.ts';
import { deleteFound } from './retention-steps.ts';
import type { Place } from './time-order.ts';

const EVERY_MS = 6 * 60 * 60 * 1000;
const RETRY_MS = 60_000;
/** Records that are looked at in one step, and of those that are meant, how many one transaction deletes. */
const STEP = 1_000;
const AT_ONCE = 50;
const REST_MS = 25;
/** The actor of what goes because it is too old. */
const SYSTEM = 'system';

export interface RetentionHouse {
  readonly control: { readonly db: Knex; snapshot(): Pick<Snapshot, 'organisations' | 'projects' | 'contentSettings'> };
  readonly stores: RetentionStores;
  readonly cache: Pick<Cache, 'clear'>;
  /** The sums of usage, to be written. */
  readonly usage: UsageStores;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly reportFault: (error: unknown) => void;
}

/** The requests that somebody means. */
interface Meant {
  readonly tag: { readonly name: string; readonly value: string };
  /** Null for those of all projects. */
  readonly project: string | null;
}

/** What somebody wants to be deleted. */
export interface AskedDeletion extends Meant {
  readonly reason: string;
  /** Requests that were found beforehand. */
  readonly expected: number;
  /** What the history says in place of the tag's value, which may name a person. */
  readonly valueDigest: string;
}

export class Retention {
  readonly #house: RetentionHouse;
  /** Up to where what is too old is gone, by organisation, projects and what it is. */
  readonly #done = new Map<string, Place>();
  #timers: NodeJS.Timeout[] = [];
  #working: Promise<void> | null = null;
  #isWokenAgain = false;
  #isRunning = false;
  #lookedAt: number | null = null;

  constructor(house: RetentionHouse) {
    this.#house = house;
  }

  /** When everything was last looked through for what is too old, in milliseconds since 1970; null before. */
  get lookedAt(): number | null {
    return this.#lookedAt;
  }

  /** Begins to work, and looks at everything from time to time; before it, what is asked for waits. */
  start(): void {
    this.#isRunning = true;
    this.#timers.push(setInterval(() => this.wake(), EVERY_MS).unref());
    this.wake();
  }

  /** Resolves after the step under way; the rest waits for the next start. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#working;
  }

  /** Sees to it that what is to be done is done soon. */
  wake(): void {
    if (!this.#isRunning) return;
    this.#isWokenAgain = true;
    this.#working ??= this.#workAsLongAsWoken().finally(() => {
      this.#working = null;
    });
  }

  /** Resolves when nothing is under way. */
  async atRest(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** How many requests are meant, and of how many what was said is still there. */
  find(organisation: string, meant: Meant): ReturnType<typeof countWanted> {
    return countWanted(this.#house.stores, organisation, this.#targetOf(meant));
  }

  /** An organisation's runs, the newest first. */
  runs(organisation: string, limit: number): Promise<DeletionRun[]> {
    return newestRuns(this.#house.stores.readers, organisation, limit);
  }

  /** Writes down that a deletion was asked for, which then goes on by itself. */
  async ask(actor: Actor, { tag, project, reason, expected, valueDigest }: AskedDeletion): Promise<OpenRun> {
    const target = this.#targetOf({ tag, project });
    const run = this.#newRun(actor, 'request', reason, [target], { tag: tag.name, project, expected });
    await this.#begin(run, { kind: run.kind, tag: tag.name, valueDigest, project, requests: expected });
    this.wake();
    return run;
  }

  /** What comes from now on is not meant. */
  #targetOf({ tag, project }: Meant): Target {
    return { what: 'record', projects: project === null ? null : [project], tag, before: this.#house.now() + 1 };
  }

  async #workAsLongAsWoken(): Promise<void> {
    while (this.#isWokenAgain && this.#isRunning) {
      this.#isWokenAgain = false;
      try {
        await this.#work();
      } catch (error) {
        this.#house.reportFault(error);
        this.#timers.push(setTimeout(() => this.wake(), RETRY_MS).unref());
      }
    }
  }

  async #work(): Promise<void> {
    const { stores, control, now } = this.#house;
    for (const run of await openRuns(stores.records)) await this.#goOn(run);
    const at = now();
    for (const organisation of control.snapshot().organisations.keys()) {
      if (this.#isRunning) await this.#deleteOld(organisation, at);
    }
    if (this.#isRunning) this.#lookedAt = at;
  }

  async #deleteOld(organisation: string, now: number): Promise<void> {
    const rules = rulesOf(this.#house.control.snapshot(), organisation);
    const targets = rules.flatMap((rule) => targetsOf(rule, now));
    for (const target of targets) {
      if (!(await this.#isThere(organisation, target))) continue;
      const actor = { id: SYSTEM, organisation };
      const run = this.#newRun(actor, 'age', sayRules(rules), targets, { tag: null, project: null, expected: null });
      await this.#begin(run, { kind: run.kind, rules });
      return this.#goOn(run);
    }
  }

  #newRun(
    { id: actor, organisation }: Actor,
    kind: OpenRun['kind'],
    reason: string,
    targets: readonly Target[],
    asked: Pick<OpenRun, 'tag' | 'project' | 'expected'>,
  ): OpenRun {
    const beganAt = this.#house.now();
    const so = { id: newId('del'), organisation, kind, actor, reason, beganAt, endedAt: null };
    return { ...so, ...asked, contents: 0, records: 0, targets };
  }

  /** The entry comes first: nothing is ever deleted without one. */
  async #begin(run: OpenRun, after: unknown): Promise<void> {
    await this.#write(run, DELETION_BEGIN, after);
    await insertRun(this.#house.stores.records, run);
  }

  async #goOn(run: OpenRun): Promise<void> {
    const { stores, control, cache, usage, now } = this.#house;
    const { organisation, id, kind } = run;
    const end = { organisation, object_type: 'deletion', object_id: id, action: DELETION_END };
    // Else it has come to its end before, and nobody could be told any more.
    if (!(await control.db('history').where(end).first('sequence'))) {
      if (kind === 'request') {
        await cache.clear();
        await sealAll({ dialect: stores.dialect, records: stores.records }, now());
      }
      for (const target of run.targets) await this.#take(run, target);
      if (!this.#isRunning) return;
      for (const { tag } of run.targets) if (tag) await forgetValue(usage, { organisation, tag });
      await this.#write(run, DELETION_END, await deletedByRun(stores.records, id));
    }
    await endRun(stores.records, id, now());
    if (kind === 'request') for (const target of run.targets) this.#done.delete(placeName(organisation, target));
  }

  /** Whether there is anything of a target. What is before the first of it is not looked at again. */
  async #isThere(organisation: string, target: Target): Promise<boolean> {
    while (this.#isRunning) {
      const page = await this.#page(organisation, target);
      if (page.found.length > 0) return true;
      this.#passed(organisation, target, page.last);
      if (page.isLast) return false;
    }
    return false;
  }

  async #take(run: OpenRun, target: Target): Promise<void> {
    const { stores, now } = this.#house;
    const { organisation } = run;
    while (this.#isRunning) {
      const { found, last, isLast } = await this.#page(organisation, target);
      for (let i = 0; i < found.length; i += AT_ONCE) {
        await deleteFound(stores, run, target.what, found.slice(i, i + AT_ONCE), now());
        await wait(REST_MS);
      }
      this.#passed(organisation, target, last);
      if (isLast) return;
    }
  }

  #page(organisation: string, target: Target): ReturnType<typeof nextPage> {
    const after = this.#done.get(placeName(organisation, target)) ?? FIRST_PLACE;
    return nextPage(this.#house.stores, organisation, target, after, STEP);
  }

  #passed(organisation: string, target: Target, last: Place | null): void {
    if (last) this.#done.set(placeName(organisation, target), last);
  }

  /** Nothing that requests read changes with it. */
  #write({ actor: id, organisation, id: objectId, reason }: OpenRun, action: string, after: unknown): Promise<void> {
    const entry = { action, objectType: 'deletion', objectId, reason };
    return change(this.#house.control.db, { id, organisation }, entry, async () => ({
      before: null,
      after,
      value: undefined,
    }));
  }
}

const placeName = (organisation: string, { what, projects, tag, before }: Target): string =>
  // What is asked for by a tag is asked for once, up to its own moment.
  JSON.stringify([organisation, what, projects, tag, tag === null ? null : before]);
