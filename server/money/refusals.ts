/** The requests that a budget has refused, read from the newest records. */
import type { HoldResult } from '../../policies/effects.ts';
import type { RecordStore, RequestRecord } from '../records/record.ts';

export interface BudgetRefusal {
  /** Of the request. */
  readonly id: string;
  readonly at: number;
  readonly scope: string;
  /** Who asked: the request's tags, and its key. */
  readonly tags: RequestRecord['tags'];
  readonly key: string;
  /** What the request could have cost, in the unit of the budget. */
  readonly amount: number;
  readonly words: string;
}

export interface BudgetRefusals {
  /** The newest first. */
  readonly refusals: readonly BudgetRefusal[];
  /** How many refused requests were looked at, of whatever budget or reason; of what is seen alone for a part of a budget. */
  readonly looked: number;
  /** Start of the oldest of them, milliseconds since 1970; null where there was none. */
  readonly since: number | null;
  /** True where there are older ones that were not looked at. */
  readonly more: boolean;
}

const FARTHEST = 5000;
const PAGE = 200;
/** What a request is told that a budget did not let pass. */
const BY_BUDGET: ReadonlySet<string | null> = new Set([
  'budget_exhausted',
  'budget_unavailable',
  'cost_unbounded',
  'price_unknown',
]);

interface Wanted {
  readonly scope: string | undefined;
  /** Who does not see the whole budget is told of its scopes that they see, and of no other request. */
  readonly sight: { readonly isWhole: boolean; sees(scope: string): boolean };
}

/** The newest refusals of a budget, of one scope where it is given; looks through at most 5,000 refused requests. */
export async function refusalsOf(
  records: Pick<RecordStore, 'list'>,
  budget: { readonly organisation: string; readonly id: string },
  wanted: Wanted,
  limit: number,
): Promise<BudgetRefusals> {
  const { scope, sight } = wanted;
  const refusals: BudgetRefusal[] = [];
  let looked = 0;
  let passed = 0;
  let since: number | null = null;
  let before: string | null = null;
  do {
    const filter = { organisation: budget.organisation, status: 'blocked' as const, ...(before && { before }) };
    const page: Awaited<ReturnType<RecordStore['list']>> = await records.list(filter, PAGE);
    for (const record of page.records) {
      if (refusals.length === limit) return { refusals, looked, since, more: true };
      passed += 1;
      const refusal = refusalBy(budget.id, record);
      if (!sight.isWhole && !(refusal && sight.sees(refusal.scope))) continue;
      looked += 1;
      since = record.at;
      if (refusal && (scope === undefined || refusal.scope === scope)) refusals.push(refusal);
    }
    before = page.next;
  } while (before !== null && passed < FARTHEST);
  return { refusals, looked, since, more: before !== null };
}

/** The refusal of a record by a budget; null where something else refused it. */
function refusalBy(budget: string, record: RequestRecord): BudgetRefusal | null {
  if (!BY_BUDGET.has(record.errorCode)) return null;
  const step = record.trace.findLast(({ results }) => results?.some(isHold));
  const hold = step?.results?.findLast(isHold);
  if (!step || !hold || hold.budget !== budget) return null;
  const { id, at, tags, key } = record;
  // A model behind the budget may have asked for more than the hold: that is said where the way ended.
  const words = step.port === 'exhausted' ? step.reason : (record.trace.at(-1)?.reason ?? step.reason);
  return { id, at, scope: hold.scope, tags, key, amount: hold.amount, words };
}

type Result = NonNullable<RequestRecord['trace'][number]['results']>[number];
const isHold = (result: Result): result is HoldResult => 'budgetName' in result;
