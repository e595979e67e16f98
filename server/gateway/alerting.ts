/** What requests make the gateway tell people: noted in memory, so that no request waits for it. */
import type { AlertPlaceholder } from '../../policies/alert-text.ts';
import type { AlertNeed, AlertResult, HoldResult } from '../../policies/effects.ts';
import { dollars } from '../../policies/price.ts';
import type { Run } from '../../policies/run.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { FaultyRequest } from '../alerts/fault-alerts.ts';
import type { KeyEntry } from '../control/snapshot.ts';
import type { Charge } from '../records/record.ts';
import type { Exchange } from './exchange.ts';

/** What the request path needs of the alerts. */
export type GatewayAlerts = Pick<Alerts, 'nodes' | 'budgets' | 'faults'>;

/** Answers an alert of the policy. */
export function tell(exchange: Exchange, organisation: string, need: AlertNeed, run: Run): AlertResult {
  const { id, at, graph, gateway } = exchange;
  const policy = exchange.policyOf(need.node);
  const title = graph?.nodes.get(need.node)?.title ?? need.node;
  const value = (name: AlertPlaceholder): string | null =>
    name === 'policy' ? (policy?.name ?? null) : placeholderValue(name, exchange, title, run);
  const request = { organisation, policy: policy ?? { id: '', name: '' }, at, request: id, title, value };
  return gateway.alerts.nodes.tell(need, request);
}

function placeholderValue(
  name: Exclude<AlertPlaceholder, 'policy'>,
  exchange: Exchange,
  title: string,
  run: Run,
): string | null {
  switch (name) {
    case 'team':
    case 'user':
    case 'usage':
      return run.tags.get(name)?.value ?? (name === 'team' ? (exchange.key?.teamName ?? null) : null);
    case 'project':
      return exchange.key?.projectName ?? null;
    case 'key':
      return exchange.key?.name ?? null;
    case 'model':
      return run.view.model;
    case 'node':
      return title;
    case 'cost':
      return dollars(exchange.cost);
    case 'request':
      return exchange.id;
  }
}

/** Notes how far a hold has brought its budgets, and gives the hold on. */
export function watched(
  exchange: Exchange,
  result: HoldResult | Promise<HoldResult>,
): HoldResult | Promise<HoldResult> {
  if (result instanceof Promise) return result.then((one) => watched(exchange, one));
  exchange.gateway.alerts.budgets.decided(result, exchange.at);
  return result;
}

/** Notes what a request that has ended has spent, and what was wrong with it. */
export function tellOfEnd(exchange: Exchange, key: KeyEntry, charges: readonly Charge[]): void {
  const { alerts } = exchange.gateway;
  if (charges.length > 0) alerts.budgets.settled(charges, exchange.at);
  for (const { model, cost, usage } of exchange.attempts) {
    if (cost === null && usage.inputTokens + usage.outputTokens > 0)
      alerts.faults.unpriced(faulty(exchange, key), model);
  }
}

/** Notes that a provider has reported more than was held for it; `words` say what. */
export function tellOfOverrun(exchange: Exchange, key: KeyEntry, model: string, words: string): void {
  exchange.gateway.alerts.faults.overrun(faulty(exchange, key), model, words);
}

const faulty = ({ id, at }: Exchange, { organisation, team }: KeyEntry): FaultyRequest => ({
  organisation,
  team,
  request: id,
  at,
});
