/** The rule of admission: what a budget and all those above it answer to a budget node, and whether a count is worth while. */
import { type Budget, limitOf } from './budget.ts';
import type { HeldBudget, HoldNeed, HoldResult } from './effects.ts';
import type { ModelLookup, Tokenizer } from './model.ts';
import { holdBounds, usableModel } from './model-fit.ts';
import type { Run } from './run.ts';
import { isCounted } from './token-count.ts';

/** What a request would take of a budget by each of the node's ports, in the budget's unit. */
export interface HoldBounds {
  readonly within: number;
  readonly warning: number;
}

/** The port by which a request leaves a budget node, why, and the amount that it asked for in the budget's unit. */
export interface HoldDecision {
  readonly port: HoldResult['port'];
  readonly why: HoldResult['why'];
  readonly amount: number;
  /** The budget that decided: 0 for the node's own, 1 for its parent, and so on. */
  readonly level: number;
}

type Room = Pick<HeldBudget, 'limit' | 'spent' | 'held'>;

const NO_BUDGETS: readonly HeldBudget[] = [];
const NO_TOKENIZERS: readonly Tokenizer[] = [];

const isWarned = ({ limit, spent, held }: Room, warnAt: number | null): boolean =>
  warnAt !== null && spent + held >= limit * warnAt && limit > 0;

const hasRoom = (room: Room, amount: number, warnAt: number | null): boolean =>
  !isWarned(room, warnAt) && room.spent + room.held + amount <= room.limit;

/** The level of the first budget without room for the amount, from the node's own upwards; -1 where all have room. */
function firstWithoutRoom(own: Room, above: readonly Room[], amount: number, warnAt: number | null): number {
  if (!hasRoom(own, amount, warnAt)) return 0;
  return above.length === 0 ? -1 : levelOf(above.findIndex((room) => !hasRoom(room, amount, warnAt)));
}

const levelOf = (index: number): number => (index < 0 ? -1 : index + 1);

/**
 * The rule of admission: spent + held + the new hold never exceeds a limit, neither that of the node's own budget nor those
 * of the budgets above it. `within` is tried with the dearest model that it can reach while the spend and holds of all of them
 * are below the warning share; then `warning` with its own; else the first budget without room is exhausted.
 */
export function decideHold(
  own: Room,
  bounds: HoldBounds,
  warnAt: number | null,
  above: readonly Room[] = NO_BUDGETS,
): HoldDecision {
  const tight = firstWithoutRoom(own, above, bounds.within, warnAt);
  if (tight < 0) return { port: 'within', why: 'fits', amount: bounds.within, level: 0 };
  if (warnAt === null) return { port: 'exhausted', why: 'over_limit', amount: bounds.within, level: tight };
  const full = firstWithoutRoom(own, above, bounds.warning, null);
  if (full >= 0) return { port: 'exhausted', why: 'over_limit', amount: bounds.within, level: full };
  const warned = isWarned(tight === 0 ? own : (above[tight - 1] ?? own), warnAt);
  return { port: 'warning', why: warned ? 'over_warning' : 'over_limit', amount: bounds.warning, level: tight };
}

/** A budget as a hold finds it: `toppedUp` was added to the limit for the open window. Amounts in the budget's unit. */
export function heldBudget(
  budget: Budget,
  scope: string,
  state: { readonly spent: number; readonly held: number; readonly toppedUp: number; readonly resetsAt: number | null },
): HeldBudget {
  return {
    budget: budget.id,
    budgetName: budget.name,
    revision: budget.revision,
    scope,
    unit: budget.unit,
    limit: limitOf(budget, scope) + state.toppedUp,
    spent: state.spent,
    held: state.held,
    resetsAt: state.resetsAt,
    owner: budget.owner,
  };
}

/** The budgets of an answer in their order: the node's own, and those above it. */
export function budgetsOf(result: HoldResult): { readonly own: HeldBudget; readonly above: readonly HeldBudget[] } {
  const { above = NO_BUDGETS, level = 0 } = result;
  const [first] = above;
  if (level === 0 || !first) return { own: result, above };
  return { own: first, above: [...above.slice(1, level), result, ...above.slice(level)] };
}

/** Which models and limit of the answer the bounds of a hold are taken with. */
type Basis = Pick<HoldNeed, 'within' | 'warning' | 'outputLimit'>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The state of the budgets and a node's question put together into the answer that the trace keeps. */
export function holdResult(
  own: HeldBudget,
  above: readonly HeldBudget[],
  basis: Basis,
  decided: HoldDecision,
  bounds: HoldBounds | null,
  counted?: HoldResult['counted'],
): HoldResult {
  const { level } = decided;
  const named = level === 0 ? own : (above[level - 1] ?? own);
  // What is not always there is set afterwards: an object spread into a larger one gets a hidden class of its own each
  // time, and whatever reads it later is slow.
  const result: Writable<HoldResult> = {
    port: decided.port,
    why: decided.why,
    amount: decided.amount,
    budget: named.budget,
    budgetName: named.budgetName,
    revision: named.revision,
    scope: named.scope,
    unit: named.unit,
    limit: named.limit,
    spent: named.spent,
    held: named.held,
    bounds,
    within: basis.within,
    warning: basis.warning,
    outputLimit: basis.outputLimit,
    resetsAt: named.resetsAt,
    owner: named.owner,
  };
  if (above.length > 0) {
    const others = level === 0 ? above : [own, ...above.filter((one) => one !== named)];
    result.above = others.map(stateOf);
    if (level > 0) result.level = level;
  }
  if (counted !== undefined) result.counted = counted;
  if (named.unseen) result.unseen = true;
  return result;
}

/** Of a budget that has decided too, what it stood at alone. */
function stateOf(one: HeldBudget): HeldBudget {
  const { budget, budgetName, revision, scope, unit, limit, spent, held, resetsAt, owner } = one;
  const state = { budget, budgetName, revision, scope, unit, limit, spent, held, resetsAt, owner };
  return one.unseen ? { ...state, unseen: true } : state;
}

/** The same question answered anew from what an earlier answer says of the budgets and bounds. */
export function decidedAnew(found: HoldResult, decided: HoldDecision, outputLimit: number): HoldResult {
  const { own, above } = budgetsOf(found);
  const { within, warning, bounds, counted } = found;
  return holdResult(own, above, { within, warning, outputLimit }, decided, bounds, counted);
}

/** The answer of a node where none of its budgets was asked: one that nobody has, or that nothing can be written down for. */
export function unansweredHold(
  need: HoldNeed,
  budget: Pick<Budget, 'name' | 'owner'> | undefined,
  decided: Pick<HoldDecision, 'port' | 'why'>,
): HoldResult {
  const nothing = { revision: 0, scope: '', unit: 'usd', limit: 0, spent: 0, held: 0, resetsAt: null } as const;
  const named = { budget: need.budget, budgetName: budget?.name ?? need.budget, owner: budget?.owner ?? null };
  return holdResult({ ...named, ...nothing }, NO_BUDGETS, need, { ...decided, amount: 0, level: 0 }, null);
}

/** A budget node's question, and the state of the budgets that it is put to; amounts in their unit. */
export interface HoldQuestion {
  readonly need: HoldNeed;
  /** The budget that the node names. */
  readonly own: HeldBudget;
  /** Its parent, the parent's parent and so on; all in the unit of `own`. */
  readonly above: readonly HeldBudget[];
  readonly run: Run;
  readonly models: ModelLookup;
}

export interface WeighedHold {
  /** The answer by what is known now. */
  readonly result: HoldResult;
  /** Tokenizers whose count could open a better port; empty where none could. */
  readonly worthCounting: readonly Tokenizer[];
}

/**
 * Answers a budget node. The answer stands where nothing is worth counting, or where nobody can count; else the request is
 * to be counted and the question to be put again, with the state as it then is.
 */
export function weighHold(question: HoldQuestion): WeighedHold {
  const { need, own, above, run, models } = question;
  const found = holdBounds(need, own.unit, run, models);
  if (typeof found === 'string') {
    const decided = { port: 'exhausted', why: found, amount: 0, level: 0 } as const;
    return { result: holdResult(own, above, need, decided, null), worthCounting: NO_TOKENIZERS };
  }
  const bounds = { within: found.within.amount, warning: found.warning.amount };
  const decided = decideHold(own, bounds, need.warnAt, above);
  const within = found.within.declared;
  const warning = found.warning.declared;
  if (!within && !warning) {
    return { result: holdResult(own, above, need, decided, bounds), worthCounting: NO_TOKENIZERS };
  }
  const worthCounting =
    decided.port === 'within' ? NO_TOKENIZERS : missingCounts(question, decided, bounds, { within, warning });
  const counted = worthCounting.length > 0 ? 'unavailable' : run.counted === null ? 'needless' : true;
  return { result: holdResult(own, above, need, decided, bounds, counted), worthCounting };
}

/** The tokenizers that have not counted all of the request, where a count could lead to another port. */
function missingCounts(
  { need, own, above, run, models }: HoldQuestion,
  decided: HoldDecision,
  bounds: HoldBounds,
  declared: { readonly within: boolean; readonly warning: boolean },
): readonly Tokenizer[] {
  const least = holdBounds(need, own.unit, run, models, 0);
  if (typeof least === 'string') return NO_TOKENIZERS;
  const best = {
    within: declared.within ? least.within.amount : bounds.within,
    warning: declared.warning ? least.warning.amount : bounds.warning,
  };
  const could = decideHold(own, best, need.warnAt, above);
  if (could.port === decided.port) return NO_TOKENIZERS;
  const names = [
    ...(declared.within ? need.within : []),
    ...(declared.warning && decided.port === 'exhausted' ? need.warning : []),
  ];
  const tokenizers = new Set<Tokenizer>();
  for (const name of names) {
    const tokenizer = usableModel(name, run, models)?.tokenizer;
    if (tokenizer && !isCounted(run, tokenizer)) tokenizers.add(tokenizer);
  }
  return [...tokenizers];
}
