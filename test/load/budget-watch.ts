/** Looks at all budgets while they are spent: what is spent and held together is never above a limit. */
import type { BudgetState, ControlApi } from './control-api.ts';
import type { LastRefusal } from './spenders.ts';

export interface CellState {
  readonly budget: string;
  readonly scope: string;
  /** For people: budget and scope. */
  readonly name: string;
  readonly limit: number;
  readonly spent: number;
  readonly held: number;
}

const cellsOf = (states: readonly BudgetState[]): CellState[] =>
  states.flatMap(({ budget, use }) =>
    use.map(({ scope, spent, held }) => ({
      budget: budget.id,
      scope,
      spent,
      held,
      limit: budget.limit,
      name: `the budget ${budget.name} for ${scope === '' ? 'the organisation' : scope}`,
    })),
  );

/** The scope of a budget that a refused client counts in. */
const SCOPES: Readonly<Record<string, (refusal: LastRefusal) => string>> = {
  organisation: () => '',
  team: ({ spender }) => `team=${spender.team}`,
  tokens: ({ spender }) => `usage=${spender.usage}`,
};

export class BudgetWatch {
  readonly #api: ControlApi;
  readonly #broken = new Map<string, string>();
  #stopped = false;
  #last: readonly CellState[] = [];
  looks = 0;
  /** The largest share of a limit that was spent and held. */
  most = 0;

  constructor(api: ControlApi) {
    this.#api = api;
  }

  /** Looks again and again until it is stopped; `ready` resolves while there is a gateway to be asked. */
  async run(ready: () => Promise<unknown>): Promise<void> {
    while (!this.#stopped) {
      await ready();
      // A gateway that is killed in the middle of an answer is asked again when it is back.
      await this.#look().catch(() => {});
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  get broken(): readonly string[] {
    return [...this.#broken.values()];
  }

  get words(): string {
    return this.#last
      .filter(({ scope }) => scope === '')
      .map(({ name, spent, held, limit }) => `Of ${name}, ${share(spent, limit)} is spent, ${share(held, limit)} held.`)
      .join(' ');
  }

  /** Resolves once nothing is held: those who hung up leave their holds for a moment. */
  async noHolds(): Promise<void> {
    while ((await this.#look()).some(({ held }) => held > 0));
  }

  /** The scopes that the last refusals came from. */
  async refusing(refusals: readonly LastRefusal[]): Promise<CellState[]> {
    const cells = await this.#look();
    const found = refusals.map((refusal) => {
      const scope = SCOPES[refusal.budget]?.(refusal);
      const cell = cells.find((one) => one.scope === scope && one.name.startsWith(`the budget ${refusal.budget} for `));
      if (!cell) throw new Error(`A request was refused by an unknown budget, "${refusal.budget}".`);
      return cell;
    });
    return [...new Set(found)];
  }

  async #look(): Promise<readonly CellState[]> {
    const cells = cellsOf(await this.#api.budgets());
    this.#last = cells;
    this.looks += 1;
    for (const { name, limit, spent, held } of cells) {
      this.most = Math.max(this.most, (spent + held) / limit);
      if (spent + held > limit) {
        this.#broken.set(name, `Of ${name}, ${spent} was spent and ${held} held, above its limit of ${limit}.`);
      }
    }
    return cells;
  }
}

const share = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;
