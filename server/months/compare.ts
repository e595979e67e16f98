/** Our account of a month beside that of a vendor, day by day and model by model. */
import type { RecordStore } from '../records/record.ts';
import { type Amounts, NOTHING, plus } from './amounts.ts';
import { causeOf, type Found, isSame, type Ours } from './causes.ts';
import { Days } from './days.ts';
import { partsOf, recordsStarted } from './lines.ts';
import { spanOfMonth } from './month.ts';
import { readVendorUsage, type VendorUsage } from './vendor-usage.ts';

const NONE: Ours = { ...NOTHING, lost: 0n, lostCost: 0n, estimated: 0n };

export interface ComparedRow extends Found {
  /** Whether there is nothing to look at. */
  readonly same: boolean;
  /** What is likely to have made the difference; null where there is none. */
  readonly cause: string | null;
}

export interface Comparison {
  readonly usage: VendorUsage;
  /** By day, then by model. */
  readonly rows: readonly ComparedRow[];
}

/**
 * Compares what went through a provider of ours in a calendar month with the vendor's file of it. Days are told by the
 * clocks of `zone`, for both. Throws `invalid_input` for a file that cannot be used.
 */
export async function compareUsage(
  records: Pick<RecordStore, 'posted'>,
  organisation: string,
  question: { readonly month: string; readonly provider: string; readonly zone: string; readonly csv: string },
): Promise<Comparison> {
  const { month, provider, zone, csv } = question;
  const usage = await readVendorUsage(csv, month, zone);
  const ours = await ourUsage(records, organisation, question);
  const models = new Set([...ours.values()].map(({ model }) => model));
  const nameOf = namesAlike(models);
  const theirs = new Map<string, { day: string; model: string; amounts: Amounts }>();
  for (const { day, model: theirName, ...amounts } of usage.lines) {
    const model = nameOf(theirName);
    const key = keyOf(day, model);
    const known = theirs.get(key)?.amounts ?? NOTHING;
    theirs.set(key, { day, model, amounts: plus(known, amounts) });
  }
  const found = [...new Set([...ours.keys(), ...theirs.keys()])].sort().map((key): Found => {
    const [mine, other] = [ours.get(key), theirs.get(key)];
    const { day, model } = mine ?? other ?? { day: '', model: '' };
    return { day, model, ours: mine?.amounts ?? null, theirs: other?.amounts ?? null };
  });
  const byKey = new Map(found.map((row) => [keyOf(row.day, row.model), row]));
  const at = (day: string, model: string) => byKey.get(keyOf(day, model));
  const context = { provider, zone, has: usage.has, days: usage.days, at, models };
  const rows = found.map((row): ComparedRow => {
    const same = isSame(row, usage.has);
    return { ...row, same, cause: same ? null : causeOf(row, context) };
  });
  return { usage, rows };
}

const keyOf = (day: string, model: string): string => `${day} ${model}`;

async function ourUsage(
  records: Pick<RecordStore, 'posted'>,
  organisation: string,
  { month, provider, zone }: { readonly month: string; readonly provider: string; readonly zone: string },
): Promise<Map<string, { day: string; model: string; amounts: Ours }>> {
  const days = new Days(zone);
  const prefix = `${provider}/`;
  const sums = new Map<string, { day: string; model: string; amounts: Ours }>();
  const add = (day: string, id: string, amounts: Ours): void => {
    if (!id.startsWith(prefix)) return;
    const model = id.slice(prefix.length);
    const known = sums.get(keyOf(day, model))?.amounts ?? NONE;
    const sum = {
      ...plus(known, amounts),
      lost: known.lost + amounts.lost,
      lostCost: known.lostCost + amounts.lostCost,
      estimated: known.estimated + amounts.estimated,
    };
    sums.set(keyOf(day, model), { day, model, amounts: sum });
  };
  for await (const record of recordsStarted(records, organisation, spanOfMonth(month, zone))) {
    const day = days.at(record.at);
    const isLost = record.status === 'lost';
    for (const [i, { model, amounts }] of partsOf(record).entries()) {
      const attempt = record.attempts[i];
      // What no attempt accounts for is no call of its own.
      const calls = attempt ? 1n : 0n;
      if (!attempt && amounts.cost === 0n && amounts.inputTokens + amounts.outputTokens === 0n) continue;
      const isEstimated = attempt !== undefined && attempt.usageSource !== 'provider' && (attempt.cost ?? 0) > 0;
      add(day, model, {
        ...amounts,
        requests: calls,
        lost: isLost ? calls : 0n,
        lostCost: isLost ? amounts.cost : 0n,
        estimated: isEstimated && !isLost ? 1n : 0n,
      });
    }
  }
  return sums;
}

const DATED = /-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/** Vendors write the date of a version behind a model's name, which ours may leave out. */
function namesAlike(ours: ReadonlySet<string>): (theirs: string) => string {
  const plain = (name: string) => name.toLowerCase().replace(DATED, '');
  const byPlain = new Map([...ours].map((name) => [plain(name), name]));
  return (theirs) => (ours.has(theirs) ? theirs : (byPlain.get(plain(theirs)) ?? theirs));
}
