/** A gateway with everything on: the policy of the bench, its budget, and records on the embedded database. */
import { renameBudgets } from '../../policies/policy-file.ts';
import { BENCH_POLICY } from '../bench/policy.ts';
import { ADMIN_TOKEN, controlApi, makeBudget, makeDefaultPolicy } from './control-api.ts';
import { type Part, startPart } from './processes.ts';

export const KEY = 'sb_load_key_0123456789abcdef0123';

/** Starts it before an upstream at `upstreamUrl`; every request with `KEY` takes the policy. */
export async function startStreamingGateway(dataDir: string, upstreamUrl: string): Promise<Part> {
  const gateway = await startPart('gateway', {
    PORT: '0',
    DATA_DIR: dataDir,
    SANDBOX: 'false',
    SIGNALBOX_ADMIN_TOKEN: ADMIN_TOKEN,
    SIGNALBOX_API_KEY: KEY,
    SIGNALBOX_ADMIN_PASSWORD: 'a password for a load',
    OPENAI_BASE_URL: `${upstreamUrl}/v1`,
    OPENAI_API_KEY: 'sk-load',
  });
  const api = controlApi(() => gateway.url);
  const ids = new Map<string, string>();
  for (const { key, name, scope, unit, limit } of BENCH_POLICY.budgets) {
    ids.set(key, await makeBudget(api, { name, scope, unit, limit }));
  }
  await makeDefaultPolicy(api, renameBudgets({ graph: BENCH_POLICY.graph, tests: [] }, ids).graph);
  return gateway;
}
