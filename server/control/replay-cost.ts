/** What a recorded request would cost as it is decided again. */

import type { CompiledGraph } from '../../policies/compile.ts';
import type { ModelLookup } from '../../policies/model.ts';
import { costOf } from '../../policies/price.ts';
import { decidedThen } from '../../policies/recorded-effects.ts';
import type { Recorded } from '../../policies/recorded-facts.ts';
import { decideAgain, type Replay } from '../../policies/replay.ts';
import type { RequestRecord } from '../records/record.ts';

/**
 * Nano-dollars: what was paid where the same model answers, nothing where none does, else what the recorded tokens cost at
 * the prices of now. Null where that cannot be told.
 */
export function costAgain(
  record: Pick<RequestRecord, 'model' | 'status' | 'usage' | 'cost'>,
  replayed: Replay,
  models: ModelLookup,
): number | null {
  if (replayed.result === 'same') return record.cost;
  if (replayed.result === 'cannot tell') return null;
  const { outcome } = replayed.decision;
  if (outcome.type === 'project') return null;
  if (outcome.type !== 'model') return 0;
  const { model, status, usage, cost } = record;
  if (outcome.model === model && status === 'ok') return cost;
  const price = models(outcome.model)?.price ?? null;
  // Where no model has answered nobody knows how long an answer would be.
  if (price === null || status !== 'ok' || usage.inputTokens + usage.outputTokens === 0) return null;
  return costOf(usage, price);
}

/**
 * The model that would be the first to be asked anew, as if it answered, and what that would cost; null where neither is known.
 * `own` says that the graph is the version that decided it.
 */
export async function ifItAnswered(
  graph: CompiledGraph,
  recorded: Recorded,
  own: boolean,
  record: Pick<RequestRecord, 'status' | 'usage'>,
  models: ModelLookup,
): Promise<{ readonly model: string; readonly cost: number | null } | null> {
  const again = await decideAgain(graph, recorded, false, {
    uncalled: ({ model }, run) => ({ ok: true, model: model === 'asked' ? run.view.model : model }),
    unordered: () => null,
    otherBounds: () => null,
    unseen: (found) => (own ? decidedThen(found) : null),
  });
  if (!again.told || again.decision.outcome.type !== 'model') return null;
  const { model } = again.decision.outcome;
  const price = models(model)?.price ?? null;
  const isKnown = price !== null && record.status === 'ok' && record.usage.inputTokens + record.usage.outputTokens > 0;
  return { model, cost: isKnown ? costOf(record.usage, price) : null };
}
