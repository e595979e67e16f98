/** Top-ups and resets: each has its entry in the history, and each reset its one correction in the ledger. */
import type { Knex } from 'knex';
import { z } from 'zod';

interface Reset {
  readonly id: string;
  readonly amount: number;
  readonly budget: string;
}

/** The resets that the control plane has decided. */
export async function resetsOf(control: Knex): Promise<Reset[]> {
  return control('budget_adjustments').where({ kind: 'reset' }).select<Reset[]>('id', 'amount', 'budget');
}

/**
 * Compares resets with their corrections, each difference in words. `resetsBefore` were decided before the records were
 * read: by now their corrections have to be there. What is decided meanwhile has its correction a moment later, and is left
 * for the next time.
 */
export async function checkCorrections(
  control: Knex,
  records: Knex,
  resetsBefore: readonly Reset[],
): Promise<string[]> {
  const differences: string[] = [];
  const posted = await records('corrections')
    .whereNotNull('reference')
    .select<{ reference: string; spent: number }[]>('reference', 'spent');
  const spentBy = new Map(posted.map(({ reference, spent }) => [reference, spent]));
  for (const { id, amount, budget } of resetsBefore) {
    const spent = spentBy.get(id);
    if (spent === undefined) {
      differences.push(`The reset ${id} of the budget ${budget} was decided, and its correction is not in the ledger.`);
    } else if (spent !== amount) {
      differences.push(`The reset ${id} of the budget ${budget} was of ${amount}, and its correction is of ${spent}.`);
    }
  }

  const decided = new Set<string>(await control('budget_adjustments').where({ kind: 'reset' }).pluck('id'));
  for (const reference of spentBy.keys()) {
    if (!decided.has(reference)) {
      differences.push(`The ledger has a correction for the reset ${reference}, which nobody has decided.`);
    }
  }

  return differences;
}

const adjusted = z.object({ id: z.string(), scope: z.string(), window: z.int(), amount: z.int() });
const afterSchema = z.object({ topUp: adjusted.optional(), reset: adjusted.optional() });

/** Compares top-ups and resets with the history, each difference in words; `control` has to show one moment of both. */
export async function checkAdjustments(control: Knex): Promise<string[]> {
  const differences: string[] = [];
  const rows = await control('budget_adjustments').select<
    { id: string; budget: string; scope: string; window_start: number; amount: number; kind: string }[]
  >('id', 'budget', 'scope', 'window_start', 'amount', 'kind');
  const entries: { after_json: string | null }[] = await control('history')
    .whereIn('action', ['budget.top_up', 'budget.reset', 'budget_request.grant'])
    .select('after_json');
  const written = new Map<string, z.infer<typeof adjusted> & { readonly kind: string }>();
  for (const { after_json } of entries) {
    const after = after_json === null ? null : afterSchema.safeParse(JSON.parse(after_json)).data;
    if (after?.topUp) written.set(after.topUp.id, { ...after.topUp, kind: 'top_up' });
    if (after?.reset) written.set(after.reset.id, { ...after.reset, kind: 'reset' });
  }
  for (const { id, budget, scope, window_start, amount, kind } of rows) {
    const entry = written.get(id);
    written.delete(id);
    const same =
      entry?.scope === scope && entry.window === window_start && entry.amount === amount && entry.kind === kind;
    const what = kind === 'reset' ? 'reset' : 'top-up';
    if (!same) differences.push(`The ${what} ${id} of the budget ${budget} is not as the history has it.`);
  }
  for (const [id, { kind }] of written) {
    differences.push(`The history has the ${kind === 'reset' ? 'reset' : 'top-up'} ${id}, which is missing.`);
  }
  return differences;
}
