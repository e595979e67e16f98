/** Random lives of a budget that is a part of another, held against a model that counts by itself: in memory, on SQLite and on PostgreSQL. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Budget } from '../../../policies/budget.ts';
import type { ModelLookup } from '../../../policies/model.ts';
import { BudgetCounters } from '../../../server/money/counters.ts';
import { RequestHolds } from '../../../server/money/holds.ts';
import type { TopUp } from '../../../server/money/top-ups.ts';
import type { Intent, RecordStore, RequestRecord, Spend } from '../../../server/records/record.ts';
import { recoverLost } from '../../../server/records/recover.ts';
import { dialects, openTestDatabase } from '../control/house.ts';
import { exampleRecord, intentOf } from '../records/example.ts';
import { exampleBudget, exampleModel, exampleNeed, exampleRun, HOUR, NOW } from './example.ts';

type Store = Pick<RecordStore, 'commit' | 'openIntents' | 'correct' | 'spend' | 'recomputeSpend'>;

/** What a store has to keep, in the plainest way. */
function memoryStore(): Store {
  const intents = new Map<string, Intent>();
  const moved: Spend[] = [];
  const spend = async (): Promise<Spend[]> => {
    const sums = new Map<string, Spend>();
    for (const one of moved) {
      const key = `${one.budget} ${one.scope} ${one.window}`;
      sums.set(key, { ...one, spent: one.spent + (sums.get(key)?.spent ?? 0) });
    }
    return [...sums.values()];
  };
  return {
    async commit(batch) {
      for (const intent of batch.intents) intents.set(intent.id, intent);
      for (const { id, charges } of batch.records) {
        intents.delete(id);
        for (const { settled, ...charge } of charges) moved.push({ ...charge, spent: settled });
      }
    },
    openIntents: async () => [...intents.values()],
    correct: async (entry) => void moved.push(entry),
    spend,
    recomputeSpend: spend,
  };
}

const TEAMS = ['search', 'ads'] as const;
const team = fc.constantFrom(...TEAMS);
const amount = fc.integer({ min: 1, max: 400 });
/** The budget of the teams is a part of the company's, as long as nobody changes that. */
const level = fc.constantFrom('teams', 'company');
/** What can happen. Requests are chosen by their place among those under way. */
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('request'),
      team,
      tokens: amount,
      dear: fc.boolean(),
      // Nodes on the way, in their order.
      nodes: fc.constantFrom(['teams'], ['company'], ['teams', 'company'], ['company', 'teams']),
    }),
  },
  // 0: all is given back; above 100: more is reported than was held.
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('settle'),
      which: fc.nat(20),
      percent: fc.constantFrom(0, 1, 60, 100, 130),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('next window'), hours: fc.constantFrom(1, 1, 24) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('limit'), level, limit: fc.integer({ min: 0, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('own limit'), team, own: fc.integer({ min: 0, max: 2000 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('move'), to: team, moved: amount }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('parent'), below: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('top-up'), level, team, amount }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reset'), level, team }) },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;
type Level = typeof level extends fc.Arbitrary<infer L> ? L : never;

const cheap = exampleModel('cheap', 1);
const dear = exampleModel('dear', 3);
const models: ModelLookup = (name) => [cheap, dear].find((model) => model.name === name);

/** One scope of a budget in one window. */
interface Place {
  readonly level: Level;
  readonly scope: string;
  readonly window: number;
}

interface UnderWay {
  readonly holds: RequestHolds;
  readonly record: RequestRecord;
  readonly places: readonly Place[];
  readonly held: number;
}

const keyOf = ({ level, scope, window }: Place): string => `${level} ${scope} ${window}`;
const otherTeam = (team: string): string => (team === 'search' ? 'ads' : 'search');

let lives = 0;
let resets = 0;

class Life {
  readonly #store: Store;
  readonly #budgets: Record<Level, Budget>;
  #counters = new BudgetCounters([]);
  #underWay: UnderWay[] = [];
  readonly #topUps: TopUp[] = [];
  /** What the model thinks was spent, by place. */
  readonly #spent = new Map<string, number>();
  #now = NOW;

  constructor(store: Store) {
    this.#store = store;
    lives += 1;
    const company = exampleBudget({ id: `bud_${lives}_company`, window: 'day', limit: 2500 });
    const settings = { scope: ['team'], window: 'hour', limit: 1500, parent: company.id } as const;
    this.#budgets = { company, teams: exampleBudget({ id: `bud_${lives}_teams`, ...settings, scope: ['team'] }) };
  }

  #place(level: Level, team: string): Place {
    const long = level === 'company' ? 24 * HOUR : HOUR;
    return { level, scope: level === 'company' ? '' : `team=${team}`, window: Math.floor(this.#now / long) * long };
  }

  /** Where a request of a team is held that meets the budget of this level. */
  #places(level: Level, team: string): Place[] {
    const isPart = level === 'teams' && this.#budgets.teams.parent !== null;
    return [this.#place(level, team), ...(isPart ? [this.#place('company', team)] : [])];
  }

  #cell({ level, scope }: Place) {
    return this.#counters.cell(this.#budgets[level], scope, this.#now);
  }

  #add(place: Place, spent: number): void {
    this.#spent.set(keyOf(place), (this.#spent.get(keyOf(place)) ?? 0) + spent);
  }

  #limit({ level, scope }: Place): number {
    const { limit, limits } = this.#budgets[level];
    return limits[scope] ?? limit;
  }

  /** What may be spent in the open window. */
  #allowed(place: Place): number {
    const { id } = this.#budgets[place.level];
    const here = this.#topUps.filter(
      (one) => one.budget === id && one.scope === place.scope && one.window === place.window,
    );
    return here.reduce((sum, one) => sum + one.amount, this.#limit(place));
  }

  #state(place: Place): { spent: number; held: number } {
    const here = this.#underWay.filter((one) => one.places.some((other) => keyOf(other) === keyOf(place)));
    return { spent: this.#spent.get(keyOf(place)) ?? 0, held: here.reduce((sum, { held }) => sum + held, 0) };
  }

  #change(level: Level, changes: Partial<Budget>): void {
    const old = this.#budgets[level];
    this.#budgets[level] = { ...old, ...changes, revision: old.revision + 1 };
  }

  async happen(event: Event): Promise<void> {
    if ('tokens' in event) await this.#request(event);
    else if ('percent' in event) await this.#settle(event.which, event.percent);
    else if ('limit' in event) this.#change(event.level, { limit: event.limit });
    else if ('own' in event) this.#setOwn({ [`team=${event.team}`]: event.own });
    else if ('moved' in event) this.#move(event.to, event.moved);
    else if ('below' in event) this.#change('teams', { parent: event.below ? this.#budgets.company.id : null });
    else if ('amount' in event) {
      const place = this.#place(event.level, event.team);
      const { scope, window } = place;
      this.#topUps.push({ budget: this.#budgets[event.level].id, scope, window, amount: event.amount });
      this.#cell(place).toppedUp += event.amount;
    } else if ('team' in event) await this.#reset(this.#place(event.level, event.team));
    else if ('hours' in event) this.#now += event.hours * HOUR;
    else await this.#crash();
    for (const place of [this.#place('company', ''), ...TEAMS.map((name) => this.#place('teams', name))]) {
      expect(this.#cell(place)).toMatchObject(this.#state(place));
    }
  }

  #setOwn(limits: Readonly<Record<string, number>>): void {
    this.#change('teams', { limits: { ...this.#budgets.teams.limits, ...limits } });
  }

  #move(to: string, moved: number): void {
    const from = this.#limit(this.#place('teams', otherTeam(to)));
    if (from < moved) return;
    this.#setOwn({
      [`team=${otherTeam(to)}`]: from - moved,
      [`team=${to}`]: this.#limit(this.#place('teams', to)) + moved,
    });
  }

  async #request(given: { team: string; tokens: number; dear: boolean; nodes: readonly Level[] }): Promise<void> {
    const { teams, company } = { ...this.#budgets };
    const find = (id: string): Budget | undefined => [teams, company].find((budget) => budget.id === id);
    const holds = new RequestHolds(this.#counters, find, models, async () => null);
    const run = exampleRun(given.tokens, { now: this.#now, tags: { team: given.team } });
    const places: Place[] = [];
    for (const node of given.nodes) {
      const wanted = this.#places(node, given.team);
      const budget = this.#budgets[node];
      // What this request holds there already is not in its way; the model knows only of others.
      const full = wanted.find((place) => {
        const { spent, held } = this.#state(place);
        return spent + held + 3 * given.tokens > this.#allowed(place);
      });
      const result = await holds.take(exampleNeed({ budget: budget.id }), run);
      const named = full ?? wanted[0];
      expect(result.port).toBe(full ? 'exhausted' : 'within');
      expect(named && [this.#budgets[named.level].id, named.scope, this.#allowed(named)]).toEqual([
        result.budget,
        result.scope,
        result.limit,
      ]);
      if (full) break;
      for (const place of wanted) if (!places.some((one) => keyOf(one) === keyOf(place))) places.push(place);
    }
    if (places.length === 0) {
      expect([holds.any, holds.settle({ cost: 0, tokens: 0 })]).toEqual([false, []]);
      return;
    }
    expect(await holds.fit(run, given.dear ? dear : cheap)).toBe(true);
    const held = given.tokens * (given.dear ? 3 : 1);
    const charges = holds.intended();
    expect(charges.map(({ budget, scope, window, held }) => ({ budget, scope, window, held }))).toEqual(
      places.map(({ level, scope, window }) => ({ budget: this.#budgets[level].id, scope, window, held })),
    );
    const record = exampleRecord({ charges, cost: held, content: null });
    this.#underWay.push({ holds, record, places, held });
    await this.#store.commit({ intents: [intentOf(record)], records: [] });
  }

  async #settle(which: number, percent: number): Promise<void> {
    const [one] = this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
    if (!one) return;
    const cost = Math.floor((one.held * percent) / 100);
    const charges = one.holds.settle({ cost, tokens: 0 });
    expect(charges).toMatchObject(one.places.map(({ scope }) => ({ scope, held: one.held, settled: cost })));
    expect(one.holds.settle({ cost, tokens: 0 })).toEqual([]);
    for (const place of one.places) this.#add(place, cost);
    await this.#store.commit({ intents: [], records: [{ ...one.record, charges, cost }] });
  }

  async #reset(place: Place): Promise<void> {
    const cell = this.#cell(place);
    const { spent } = this.#state(place);
    cell.spent -= spent;
    this.#add(place, -spent);
    const { level, scope, window } = place;
    const entry = { budget: this.#budgets[level].id, scope, unit: 'usd', window, spent: -spent } as const;
    await this.#store.correct({
      ...entry,
      organisation: 'org_1',
      at: this.#now,
      reason: 'a fresh start',
      actor: 'person_1',
      reference: `adj_${lives}_${++resets}`,
    });
  }

  async #spendOf(read: 'spend' | 'recomputeSpend'): Promise<Spend[]> {
    const mine = Object.values(this.#budgets).map(({ id }) => id);
    return (await this.#store[read](0)).filter(({ budget }) => mine.includes(budget));
  }

  /** The process dies: what was under way is charged at its hold, and the counters come from the ledger. */
  async #crash(): Promise<void> {
    expect(await recoverLost(this.#store, 'gateway_1', this.#now)).toBe(this.#underWay.length);
    for (const { places, held } of this.#underWay) for (const place of places) this.#add(place, held);
    this.#underWay = [];
    this.#counters = new BudgetCounters(await this.#spendOf('spend'), this.#topUps);
  }

  /** Ends what is under way, and compares every window with the ledger. */
  async end(): Promise<void> {
    while (this.#underWay.length > 0) await this.#settle(0, 60);
    expect(await this.#store.openIntents('gateway_1')).toEqual([]);
    const wanted = new Map([...this.#spent].filter(([, spent]) => spent !== 0));
    for (const read of ['spend', 'recomputeSpend'] as const) {
      const found = (await this.#spendOf(read))
        .filter(({ spent }) => spent !== 0)
        .map(({ budget, scope, window, spent }) => {
          const level = budget === this.#budgets.company.id ? 'company' : 'teams';
          return [keyOf({ level, scope, window }), spent] as const;
        });
      expect(new Map(found)).toEqual(wanted);
    }
  }
}

async function live(store: Store, events: readonly Event[]): Promise<void> {
  const life = new Life(store);
  for (const event of events) await life.happen(event);
  await life.end();
}

describe('a budget and the one above it, whatever happens to them', () => {
  it('are never overdrawn by what they admit, leak no hold and settle each once, in memory', async () => {
    const events = fc.array(event, { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(events, (given) => live(memoryStore(), given)),
      { numRuns: 150 },
    );
  });

  describe.each(dialects)('on %s', (dialect) => {
    let opened: Awaited<ReturnType<typeof openTestDatabase>>;
    beforeAll(async () => {
      opened = await openTestDatabase(dialect);
    });
    afterAll(() => opened.close());

    it('are what their ledger says, also after a crash', async () => {
      const events = fc.array(event, { minLength: 10, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(events, (given) => live(opened.database.records, given)),
        { numRuns: 12, endOnFailure: true },
      );
    });
  });
});
