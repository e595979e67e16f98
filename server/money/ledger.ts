/**
 * The ledger of a budget: everything that has moved it, in order and in words. Nothing is kept for it: it is read from
 * intents, records, corrections and top-ups.
 */
import type { Knex } from 'knex';
import { sayAmount } from '../../policies/kinds/budget/budget.ts';
import type { BudgetEntry } from '../control/snapshot.ts';
import { listTopUps } from '../control/top-ups.ts';
import { SignalboxError } from '../errors.ts';
import type { ChargeMovement, CorrectionMovement } from '../records/movements.ts';
import type { RecordStore } from '../records/record.ts';

export const LEDGER_TYPES = [
  'settlement',
  'overrun',
  'release',
  'lost',
  'correction',
  'reset',
  'top_up',
  'hold',
] as const;

/** One movement; amounts in the budget's unit. */
export interface LedgerEntry {
  /** Milliseconds since 1970; of a request, its start. */
  readonly at: number;
  readonly type: (typeof LEDGER_TYPES)[number];
  readonly scope: string;
  /** Start of the window that it counts in, milliseconds since 1970. */
  readonly window: number;
  /** What it adds to what is spent. */
  readonly spent: number;
  /** What it holds, or held until it was settled. */
  readonly held: number;
  /** What it adds to the limit of this window. */
  readonly raised: number;
  readonly words: string;
  /** The request that it comes from; null for what people have done. */
  readonly request: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

export interface LedgerFilter {
  readonly scope?: string | undefined;
  /** Milliseconds since 1970, inclusive and exclusive. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
}

export interface LedgerSources {
  readonly records: Pick<RecordStore, 'charges' | 'corrections' | 'openIntents'>;
  readonly control: Knex;
  /** The gateway whose requests are under way. */
  readonly gateway: string;
}

/** An entry with its place: entries of one time stand by their source, then by their id within it. */
interface Placed {
  readonly rank: number;
  readonly id: string;
  readonly entry: LedgerEntry;
}

/** A page of a budget's ledger, the first entry first; `next` is the `after` of the following page, null on the last. */
export async function readLedger(
  sources: LedgerSources,
  budget: BudgetEntry,
  filter: LedgerFilter,
  limit: number,
): Promise<{ entries: LedgerEntry[]; next: string | null }> {
  const place = filter.after === undefined ? null : parsePlace(filter.after);
  const { organisation, id, unit } = budget;
  const { records, control, gateway } = sources;
  const of = (rank: number) => ({ organisation, budget: id, ...boundsOf(filter, place, rank) });
  const most = limit + 1;
  const [charges, corrections, topUps, intents] = await Promise.all([
    records.charges(of(0), most),
    records.corrections(of(1), most),
    listTopUps(control, of(2), most),
    records.openIntents(gateway),
  ]);
  const placed: Placed[] = [
    ...charges.map((charge) => ({ rank: 0, id: charge.id, entry: chargeEntry(charge, unit) })),
    ...corrections.map((correction) => ({ rank: 1, id: correction.id, entry: correctionEntry(correction, unit) })),
    ...topUps.map((one): Placed => {
      const { at, scope, window, amount, author: actor, reason } = one;
      const words = `The limit was raised by ${sayAmount(amount, unit)} for this window only.`;
      const entry = { at, type: 'top_up', scope, window, spent: 0, held: 0, raised: amount } as const;
      return { rank: 2, id: one.id, entry: { ...entry, words, request: null, actor, reason } };
    }),
  ];
  const { scope, from = 0, to = Number.POSITIVE_INFINITY } = filter;
  for (const intent of intents) {
    if (intent.organisation !== organisation || intent.at < from || intent.at >= to) continue;
    if (place && !isAfter({ at: intent.at, rank: 3, id: intent.id }, place)) continue;
    for (const charge of intent.charges) {
      if (charge.budget !== id || (scope !== undefined && charge.scope !== scope)) continue;
      placed.push({ rank: 3, id: intent.id, entry: holdEntry(intent, charge, unit) });
    }
  }
  // The sort is stable: within one source and time, entries stay in the order of their ids.
  placed.sort((a, b) => a.entry.at - b.entry.at || a.rank - b.rank);
  const page = placed.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    next: placed.length > limit && last ? `${last.entry.at}.${last.rank}.${last.id}` : null,
  };
}

function chargeEntry(charge: ChargeMovement, unit: 'usd' | 'tokens'): LedgerEntry {
  const { id, at, scope, window, settled, held, status } = charge;
  const [type, words] = typeAndWords(charge, unit);
  const request = { request: id, actor: null, reason: null };
  return {
    at,
    type: status === 'lost' ? 'lost' : type,
    scope,
    window,
    spent: settled,
    held,
    raised: 0,
    words,
    ...request,
  };
}

function typeAndWords(
  { status, held, settled }: ChargeMovement,
  unit: 'usd' | 'tokens',
): [type: LedgerEntry['type'], words: string] {
  const [was, is] = [sayAmount(held, unit), sayAmount(settled, unit)];
  if (status === 'lost') {
    return ['lost', `The gateway stopped before this request was recorded; it was charged the ${is} that it held.`];
  }
  if (settled > held) return ['overrun', `The request took ${is}, more than the ${was} that it held.`];
  if (settled === 0) return ['release', `The request held ${was} and cost nothing; all of it was given back.`];
  return ['settlement', `The request held ${was} and was charged ${is}.`];
}

function correctionEntry(correction: CorrectionMovement, unit: 'usd' | 'tokens'): LedgerEntry {
  const { at, scope, window, spent, reason, actor, reference } = correction;
  const amount = sayAmount(Math.abs(spent), unit);
  const words =
    reference !== null
      ? `What was spent was set back to zero; ${amount} was taken off.`
      : `What was spent was corrected: ${amount} was ${spent < 0 ? 'taken off' : 'added'}.`;
  const type = reference !== null ? 'reset' : 'correction';
  return { at, type, scope, window, spent, held: 0, raised: 0, words, request: null, actor, reason };
}

function holdEntry(
  intent: { readonly id: string; readonly at: number },
  charge: { readonly scope: string; readonly window: number; readonly held: number },
  unit: 'usd' | 'tokens',
): LedgerEntry {
  const { scope, window, held } = charge;
  const words = `The request is under way and holds ${sayAmount(held, unit)}.`;
  const request = { request: intent.id, actor: null, reason: null };
  return { at: intent.at, type: 'hold', scope, window, spent: 0, held, raised: 0, words, ...request };
}

interface Place {
  readonly at: number;
  readonly rank: number;
  readonly id: string;
}

function isAfter(one: Place, other: Place): boolean {
  return one.at !== other.at ? one.at > other.at : one.rank !== other.rank ? one.rank > other.rank : one.id > other.id;
}

function parsePlace(after: string): Place {
  const [, at, rank, id] = /^(\d{1,15})\.([0-3])\.([\w-]{1,100})$/.exec(after) ?? [];
  if (at === undefined || id === undefined || (rank === '1' && !/^\d{1,15}$/.test(id))) {
    throw new SignalboxError('invalid_input', {
      why: 'after: the place to go on from is not one that a page has given',
    });
  }
  return { at: Number(at), rank: Number(rank), id };
}

/** What a source is asked for, so that it gives only what comes after a place. */
function boundsOf(
  { scope, from = 0, to }: LedgerFilter,
  place: Place | null,
  rank: number,
): { from: number; scope?: string; to?: number; after?: { at: number; id: string } } {
  const same = { ...(scope !== undefined && { scope }), ...(to !== undefined && { to }) };
  if (!place) return { ...same, from };
  if (rank === place.rank) return { ...same, from: Math.max(from, place.at), after: { at: place.at, id: place.id } };
  return { ...same, from: Math.max(from, rank < place.rank ? place.at + 1 : place.at) };
}
