/** What has to be true of a record by itself: it settles each budget once, and its sums are those of its attempts. */
import { z } from 'zod';
import { costOf } from '../../policies/price.ts';
import { usageSchema } from '../../policies/usage-schema.ts';
import { type PriceInForce, sayPriceSource } from '../money/prices.ts';

const amount = z.int();

const chargeSchema = z.object({
  budget: z.string(),
  scope: z.string(),
  unit: z.enum(['usd', 'tokens']),
  window: amount,
  held: amount.min(0),
  settled: amount.min(0),
});
type CheckedCharge = z.infer<typeof chargeSchema>;

const detailSchema = z.object({
  gateway: z.string(),
  boot: z.string(),
  sequence: z.int().min(0),
  errorCode: z.string().nullable(),
  attempts: z.array(
    z.object({
      model: z.string(),
      usage: usageSchema,
      usageSource: z.string(),
      cost: amount.min(0).nullable(),
      price: z.string().nullable().optional(),
    }),
  ),
});

/** The columns that are read of a record. */
export interface RecordToCheck {
  readonly id: string;
  readonly organisation: string;
  readonly project: string;
  readonly at: number;
  readonly status: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost: number;
  readonly charges: string;
  readonly detail: string;
}

/** The price of a model at a time; null where it cannot be told, or had changed a moment before. */
export type PriceThen = (organisation: string, model: string, at: number) => PriceInForce | null;

export interface CheckedRecord {
  readonly charges: readonly CheckedCharge[];
  /** Who wrote it; null where that cannot be read. */
  readonly written: { readonly gateway: string; readonly boot: string; readonly sequence: number } | null;
  /** What is wrong with it, each a sentence. */
  readonly faults: readonly string[];
}

/** Checks a record by itself. */
export function checkRecord(record: RecordToCheck, priceOf: PriceThen): CheckedRecord {
  const charges = readCharges(record.charges);
  const detail = read(detailSchema, record.detail);
  if (!charges || !detail) {
    const what = charges ? 'account' : 'charges';
    return { charges: charges ?? [], written: null, faults: [`its ${what} cannot be read`] };
  }
  const { gateway, boot, sequence, attempts, errorCode } = detail;
  const faults: string[] = [];
  const budgets = charges.map(({ budget }) => budget);
  if (new Set(budgets).size < budgets.length) faults.push('it settles the same budget twice');
  // A record that the store had refused is kept bare, without its attempts.
  if (attempts.length > 0 || errorCode !== 'record_failed') {
    const sum = (of: (attempt: (typeof attempts)[number]) => number) =>
      attempts.reduce((total, attempt) => total + of(attempt), 0);
    const cost = sum((attempt) => attempt.cost ?? 0);
    if (cost !== record.cost) faults.push(`its cost is ${record.cost}, and its attempts cost ${cost} together`);
    const input = sum(({ usage }) => usage.inputTokens);
    const output = sum(({ usage }) => usage.outputTokens);
    if (input !== record.input_tokens || output !== record.output_tokens) {
      faults.push('its tokens are not those of its attempts');
    }
  }
  const tokens = record.input_tokens + record.output_tokens;
  for (const { unit, held, settled } of charges) {
    // What is lost is charged as held, whatever it may have used.
    if (record.status === 'lost' ? settled !== held : settled > (unit === 'usd' ? record.cost : tokens)) {
      faults.push(
        record.status === 'lost'
          ? `it is lost, held ${held} and is charged ${settled}`
          : `it is charged ${settled}, more than the ${unit === 'usd' ? record.cost : tokens} that it took`,
      );
    }
  }
  // Counting tokens has no price.
  const priced = record.status === 'counted' ? [] : attempts;
  for (const { model, usage, usageSource, cost, price } of priced) {
    const then = cost === null || usageSource !== 'provider' ? null : priceOf(record.organisation, model, record.at);
    // Older records do not say their price; what was set by hand is sure to have held for them.
    if (!then || (price === undefined && then.source !== 'set')) continue;
    if (price !== undefined && price !== sayPriceSource(then)) {
      faults.push(`its call of ${model} has the price “${price}”, and “${sayPriceSource(then)}” was in force`);
    }
    const due = costOf(usage, then.price);
    if (due !== cost) faults.push(`its call of ${model} cost ${cost}, and at the price of its time ${due}`);
  }
  return { charges, written: { gateway, boot, sequence }, faults };
}

/** The charges of a record as it keeps them; null where they cannot be read. */
export function readCharges(json: string): readonly CheckedCharge[] | null {
  return read(z.array(chargeSchema), json);
}

/** Stored JSON as its schema has it; null where it does not fit. */
function read<S extends z.ZodType>(schema: S, json: string): z.output<S> | null {
  try {
    return schema.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
