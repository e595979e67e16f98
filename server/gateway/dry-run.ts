/** Answers a request that asks what would happen: the decision, without holding money or calling a model. */
import type { CompiledGraph } from '../../policies/compile.ts';
import { sayPath } from '../../policies/evaluate.ts';
import type { FactContext } from '../../policies/facts.ts';
import { outsideSchema, type SimulationWorld, simulate } from '../../policies/simulate.ts';
import { hasChannel, type LivePolicy } from '../control/snapshot.ts';
import { tokenCounter } from '../money/token-counter.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Exchange } from './exchange.ts';

/** What a decision stands on that neither holds money nor calls a model: budgets as they are now. */
export function worldNow(
  { runtime, gateway, key }: Exchange,
  organisation: string,
  facts: Omit<FactContext, 'models'>,
): SimulationWorld {
  return {
    models: runtime.models(organisation).lookup,
    budget: runtime.budget(organisation),
    state: (budget, scope, now) => gateway.counters.cell(budget, scope, now),
    facts,
    hasChannel: (name) => hasChannel(runtime.snapshot, organisation, name),
    counter: tokenCounter,
    allowedModels: key?.limits?.models ?? null,
  };
}

/** The decision as a JSON document; budgets stand as they are now. */
export async function dryRun(
  exchange: Exchange,
  parsed: ClientRequest,
  graph: CompiledGraph,
  policy: LivePolicy,
  organisation: string,
  facts: Omit<FactContext, 'models'>,
): Promise<Buffer> {
  const { mandatory } = exchange;
  const { decision, costAtMost, redactions, tags } = await simulate(
    graph,
    { view: parsed.view, tags: exchange.tags, now: exchange.at },
    outsideSchema.parse({}),
    worldNow(exchange, organisation, facts),
  );
  exchange.decision = decision;
  return Buffer.from(
    JSON.stringify({
      object: 'signalbox.decision',
      request_id: exchange.id,
      policy: `${policy.name}@${policy.version}`,
      ...(mandatory && { organisation_policy: `${mandatory.name}@${mandatory.version}` }),
      path: sayPath(decision.trace),
      outcome: decision.outcome,
      trace: decision.trace,
      cost_at_most_usd: costAtMost === null ? null : costAtMost / 1e9,
      redactions,
      tags,
    }),
  );
}
