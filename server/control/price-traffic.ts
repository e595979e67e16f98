/** What recorded requests say about prices: what they would have cost with others, and which models lack one. */
import type { ModelLookup } from '../../policies/model.ts';
import { costOf } from '../../policies/price.ts';
import { isTraffic } from '../../policies/record-status.ts';
import type { PriceAt } from '../money/prices.ts';
import type { RecordFilter, RecordStore, RequestRecord } from '../records/record.ts';

/** How far back prices are looked at. */
export const TRAFFIC_MS = 30 * 24 * 3_600_000;

const PAGE = 200;
/** Records that are read at most for one question: of more, the newest. */
const MOST_RECORDS = 10_000;
const MOST_REFUSALS = 2000;

export interface RepricedTraffic {
  /** Requests that called one of the models whose price differs. */
  readonly requests: number;
  /** Nano-dollars of the calls to them: as recorded, and at the other prices. */
  readonly before: number;
  readonly after: number;
  /** False where there were more requests than are read: then these are the newest. */
  readonly complete: boolean;
}

/** Records that match, newest first, at most `most` of them. */
async function* newest(records: RecordStore, filter: RecordFilter, most: number): AsyncGenerator<RequestRecord> {
  let before: string | null = null;
  for (let read = 0; read < most; read += PAGE) {
    const page: Awaited<ReturnType<RecordStore['list']>> = await records.list(
      before === null ? filter : { ...filter, before },
      PAGE,
    );
    yield* page.records;
    before = page.next;
    if (before === null) return;
  }
}

/** What the requests since `from` (milliseconds since 1970) would have cost at other prices, for models where these differ. */
export async function repricedTraffic(
  records: RecordStore,
  { organisation, from }: { readonly organisation: string; readonly from: number },
  prices: { readonly now: PriceAt; readonly other: PriceAt },
): Promise<RepricedTraffic> {
  const seen = await records.totals({ organisation, from }, 'model');
  const differs = (id: string): boolean => {
    const model = { id, price: null };
    const at = Date.now();
    const [now, other] = [prices.now(model, at)?.price ?? null, prices.other(model, at)?.price ?? null];
    return JSON.stringify(now) !== JSON.stringify(other);
  };
  const models = seen.flatMap(({ group, requests }) =>
    group !== null && differs(group) ? [{ id: group, requests }] : [],
  );
  const all = models.reduce((sum, model) => sum + model.requests, 0);
  let [requests, before, after] = [0, 0, 0];
  for (const { id } of models) {
    const ofModel = { organisation, from, model: id };
    for await (const { at, attempts, status } of newest(records, ofModel, MOST_RECORDS - requests)) {
      if (!isTraffic(status)) continue;
      requests += 1;
      for (const attempt of attempts) {
        if (attempt.model !== id) continue;
        const price = prices.other({ id, price: null }, at)?.price;
        before += attempt.cost ?? 0;
        after += price ? costOf(attempt.usage, price) : 0;
      }
    }
  }
  return { requests, before, after, complete: requests >= all };
}

export interface UnpricedModel {
  readonly id: string;
  readonly label: string;
  /** Whether a provider offers it; else it was asked for by its name. */
  readonly offered: boolean;
  /** Requests that it answered. */
  readonly requests: number;
  /** Requests that a budget in dollars refused because of it; of very many refusals, the newest are counted. */
  readonly refused: number;
}

/** Models without a price: those that are offered, and those that requests since `from` have called or asked for. */
export async function unpricedModels(
  records: RecordStore,
  { organisation, from }: { readonly organisation: string; readonly from: number },
  {
    models,
    lookup,
  }: { readonly models: readonly { readonly id: string; readonly price: unknown }[]; readonly lookup: ModelLookup },
): Promise<UnpricedModel[]> {
  const unpriced = new Map<string, { requests: number; refused: number }>();
  const lacking = (name: string) => {
    const model = lookup(name);
    if (!model || model.price !== null) return undefined;
    const count = unpriced.get(model.id) ?? { requests: 0, refused: 0 };
    unpriced.set(model.id, count);
    return count;
  };
  for (const { id, price } of models) if (price === null) lacking(id);
  for (const { group, requests } of await records.totals({ organisation, from }, 'model')) {
    const count = group === null ? undefined : lacking(group);
    if (count) count.requests += requests;
  }
  for await (const record of newest(records, { organisation, from, status: 'blocked' }, MOST_REFUSALS)) {
    const count = record.errorCode === 'price_unknown' ? lacking(record.requestedModel) : undefined;
    if (count) count.refused += 1;
  }
  const offered = new Set(models.map(({ id }) => id));
  return [...unpriced]
    .map(([id, count]) => ({ id, label: lookup(id)?.label ?? id, offered: offered.has(id), ...count }))
    .sort((a, b) => b.requests + b.refused - (a.requests + a.refused) || (a.id < b.id ? -1 : 1));
}
