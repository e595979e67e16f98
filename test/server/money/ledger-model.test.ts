/** Random lives of a budget, held against a model that counts by itself: in memory, on SQLite and on PostgreSQL. */
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
/** What can happen. Requests are chosen by their place among those under way. */
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('request'), team, tokens: amount, dear: fc.boolean() }) },
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
  { weight: 1, arbitrary: fc.record({ type: fc.constant('next window') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('limit'), limit: fc.integer({ min: 0, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('top-up'), team, amount }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reset'), team }) },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

const cheap = exampleModel('cheap', 1);
const dear = exampleModel('dear', 3);
const models: ModelLookup = (name) => [cheap, dear].find((model) => model.name === name);

interface UnderWay {
  readonly holds: RequestHolds;
  readonly record: RequestRecord;
  readonly scope: string;
  readonly window: number;
  readonly held: number;
}

let lives = 0;
let resets = 0;

class Life {
  readonly #store: Store;
  #budget: Budget;
  #counters = new BudgetCounters([]);
  #underWay: UnderWay[] = [];
  readonly #topUps: TopUp[] = [];
  /** What the model thinks was spent, by scope and window. */
  readonly #spent = new Map<string, number>();
  #now = NOW;

  constructor(store: Store) {
    this.#store = store;
    lives += 1;
    this.#budget = exampleBudget({ id: `bud_${lives}`, scope: ['team'], window: 'hour', limit: 1500 });
  }

  get #window(): number {
    return Math.floor(this.#now / HOUR) * HOUR;
  }

  #cell(scope: string) {
    return this.#counters.cell(this.#budget, scope, this.#now);
  }

  #add(scope: string, window: number, spent: number): void {
    const key = `${scope} ${window}`;
    this.#spent.set(key, (this.#spent.get(key) ?? 0) + spent);
  }

  /** What may be spent in the open window. */
  #allowed(scope: string): number {
    const raised = this.#topUps.filter((one) => one.scope === scope && one.window === this.#window);
    return raised.reduce((sum, one) => sum + one.amount, this.#budget.limit);
  }

  #state(scope: string): { spent: number; held: number } {
    const here = this.#underWay.filter((one) => one.scope === scope && one.window === this.#window);
    return {
      spent: this.#spent.get(`${scope} ${this.#window}`) ?? 0,
      held: here.reduce((sum, { held }) => sum + held, 0),
    };
  }

  async happen(event: Event): Promise<void> {
    if ('tokens' in event) await this.#request(`team=${event.team}`, event);
    else if ('percent' in event) await this.#settle(event.which, event.percent);
    else if ('limit' in event) this.#budget = { ...this.#budget, limit: event.limit };
    else if ('amount' in event) {
      const scope = `team=${event.team}`;
      this.#topUps.push({ budget: this.#budget.id, scope, window: this.#window, amount: event.amount });
      this.#cell(scope).toppedUp += event.amount;
    } else if ('team' in event) await this.#reset(`team=${event.team}`);
    else if (event.type === 'crash') await this.#crash();
    else this.#now += HOUR;
    for (const name of TEAMS) {
      const scope = `team=${name}`;
      expect(this.#cell(scope)).toMatchObject(this.#state(scope));
    }
  }

  async #request(scope: string, given: { team: string; tokens: number; dear: boolean }): Promise<void> {
    const before = this.#state(scope);
    const allowed = this.#allowed(scope);
    const find = (id: string): Budget | undefined => (id === this.#budget.id ? this.#budget : undefined);
    const holds = new RequestHolds(this.#counters, find, models, async () => null);
    const run = exampleRun(given.tokens, { now: this.#now, tags: { team: given.team } });
    const result = await holds.take(exampleNeed({ budget: this.#budget.id }), run);
    expect(result.limit).toBe(allowed);
    const fits = before.spent + before.held + 3 * given.tokens <= allowed;
    expect(result.port).toBe(fits ? 'within' : 'exhausted');
    if (!fits) return;
    expect(await holds.fit(run, given.dear ? dear : cheap)).toBe(true);
    const charges = holds.intended();
    const held = given.tokens * (given.dear ? 3 : 1);
    expect(charges).toMatchObject([{ scope, held, settled: held }]);
    const record = exampleRecord({ charges, cost: held, content: null });
    this.#underWay.push({ holds, record, scope, window: this.#window, held });
    await this.#store.commit({ intents: [intentOf(record)], records: [] });
  }

  async #settle(which: number, percent: number): Promise<void> {
    const [one] = this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
    if (!one) return;
    const cost = Math.floor((one.held * percent) / 100);
    const charges = one.holds.settle({ cost, tokens: 0 });
    expect(charges).toMatchObject([{ held: one.held, settled: cost }]);
    expect(one.holds.settle({ cost, tokens: 0 })).toEqual([]);
    this.#add(one.scope, one.window, cost);
    await this.#store.commit({ intents: [], records: [{ ...one.record, charges, cost }] });
  }

  async #reset(scope: string): Promise<void> {
    const cell = this.#cell(scope);
    const { spent } = this.#state(scope);
    cell.spent -= spent;
    this.#add(scope, this.#window, -spent);
    const entry = { budget: this.#budget.id, scope, unit: 'usd', window: this.#window, spent: -spent } as const;
    await this.#store.correct({
      ...entry,
      ...{ organisation: 'org_1', at: this.#now, reason: 'a fresh start', actor: 'person_1' },
      reference: `adj_${lives}_${++resets}`,
    });
  }

  /** The process dies: what was under way is charged at its hold, and the counters come from the ledger. */
  async #crash(): Promise<void> {
    expect(await recoverLost(this.#store, 'gateway_1', this.#now)).toBe(this.#underWay.length);
    for (const { scope, window, held } of this.#underWay) this.#add(scope, window, held);
    this.#underWay = [];
    const mine = (await this.#store.spend(0)).filter(({ budget }) => budget === this.#budget.id);
    this.#counters = new BudgetCounters(mine, this.#topUps);
  }

  /** Ends what is under way, and compares every window with the ledger. */
  async end(): Promise<void> {
    while (this.#underWay.length > 0) await this.#settle(0, 60);
    expect(await this.#store.openIntents('gateway_1')).toEqual([]);
    for (const spend of [await this.#store.spend(0), await this.#store.recomputeSpend(0)]) {
      const mine = spend.filter(({ budget, spent }) => budget === this.#budget.id && spent !== 0);
      const found = mine.map(({ scope, window, spent }) => [`${scope} ${window}`, spent] as const);
      expect(new Map(found)).toEqual(new Map([...this.#spent].filter(([, spent]) => spent !== 0)));
    }
  }
}

async function live(store: Store, events: readonly Event[]): Promise<void> {
  const life = new Life(store);
  for (const event of events) await life.happen(event);
  await life.end();
}

describe('a budget, whatever happens to it', () => {
  it('is never overdrawn by what it admits, leaks no hold and settles each once, in memory', async () => {
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

    it('is what its ledger says, also after a crash', async () => {
      const events = fc.array(event, { minLength: 10, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(events, (given) => live(opened.database.records, given)),
        { numRuns: 12, endOnFailure: true },
      );
    });
  });
});
