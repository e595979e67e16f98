/** What is written down before a call, so that a crash forgets no money. */
import type { Model } from '../../policies/model.ts';
import { NO_USAGE } from '../../policies/request.ts';
import type { Run } from '../../policies/run.ts';
import { SignalboxError } from '../errors.ts';
import type { RequestHolds } from '../money/holds.ts';
import type { Intent } from '../records/record.ts';
import type { ClientRequest } from '../wire/protocol.ts';
import type { Exchange } from './exchange.ts';
import { sentOf } from './sent.ts';

/**
 * Commits an intent before money is put at risk. A store that does not answer stops the request, unless all its budget nodes
 * let it go on: then only a crash before its record is written could make its spending be forgotten.
 */
export async function writeDown(gateway: Exchange['gateway'], intent: Intent, holds: RequestHolds): Promise<void> {
  try {
    await gateway.writer.intent(intent);
  } catch (error) {
    const down = error instanceof SignalboxError && error.code === 'record_failed';
    if (!down || !holds.goesOnUnwritten) throw error;
  }
}

/** The intent of a call, charged at what is held for it. */
export function intentOf(
  exchange: Exchange,
  parsed: ClientRequest,
  run: Run,
  model: Model,
  holds: RequestHolds,
): Intent {
  const { gateway, key, policy } = exchange;
  if (!key) throw new Error('A request without a key cannot hold money.');
  const charges = holds.intended();
  return {
    id: exchange.id,
    gateway: gateway.gateway,
    boot: gateway.boot,
    sequence: exchange.sequence,
    organisation: key.organisation,
    project: key.project,
    key: key.id,
    at: exchange.at,
    requestedModel: parsed.view.model,
    model: model.id,
    policy: policy?.id ?? null,
    version: policy?.version ?? null,
    tags: Object.fromEntries(run.tags),
    charges,
    usage: NO_USAGE,
    sent: sentOf(model, run),
    cost: charges.reduce((most, charge) => (charge.unit === 'usd' ? Math.max(most, charge.held) : most), 0),
  };
}
