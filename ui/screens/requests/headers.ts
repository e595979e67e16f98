/** The headers by which an answer says what was decided, from its record. */
import type { RequestRecord } from '../../api/records.ts';

/** As much of the path as the gateway puts into a head, in characters. */
const LONGEST_PATH = 4096;
const NANO = 1e9;

export interface AnswerHeader {
  readonly name: string;
  readonly value: string;
  /** In words. */
  readonly means: string;
}

/** The headers of a record's answer; `policyName` is the name of the policy that decided, null while it is not known. */
export function headersOf(record: RequestRecord, policyName: string | null): AnswerHeader[] {
  const { id, version, trace, model, attempts, redactions, overheadMs } = record;
  const redacted = Object.values(redactions).reduce((sum, count) => sum + count, 0);
  const path = trace.map(({ node, port }) => (port === null ? node : `${node}.${port}`)).join(' > ');
  const headers: AnswerHeader[] = [{ name: 'x-signalbox-request-id', value: id, means: 'This request' }];
  const add = (name: string, value: string, means: string): void => {
    headers.push({ name: `x-signalbox-${name}`, value, means });
  };
  if (policyName !== null && version !== null) {
    add('policy', `${encodeURIComponent(policyName)}@${version}`, 'Policy and version that decided');
  }
  if (path !== '') add('path', path.slice(0, LONGEST_PATH), 'Nodes, with the ways out of them');
  const isCount = record.status === 'counted';
  if (model !== null)
    add('model', encodeURI(model), isCount ? 'Model whose tokens were counted' : 'Model that answered');
  if (model !== null && isCount) add('token-count', 'provider', 'Who counted the tokens');
  add('attempts', String(attempts.length), 'Calls to models');
  add('cost-usd', sayCost(record), 'Cost in dollars');
  add('cache', sayCache(record), 'Whether the answer came from a cache');
  add('redactions', String(redacted), 'Texts that were taken out');
  add('overhead-ms', overheadMs.toFixed(1), 'Milliseconds in the gateway');
  return headers;
}

/** What the caches on the way said: a hit, or that the app asked for a fresh answer, else a miss; off where there was none. */
function sayCache({ trace }: RequestRecord): string {
  const met = trace.flatMap((step) => step.results ?? []).flatMap((one) => ('cache' in one ? one.cache : []));
  return met.find((one) => one === 'hit') ?? met.find((one) => one === 'bypass') ?? (met.length > 0 ? 'miss' : 'off');
}

/** A stream begins before its cost is known; the app asks for it later, by the id of the request. */
function sayCost({ stream, model, attempts, cost }: RequestRecord): string {
  if (stream && model !== null && attempts.length > 0) return 'pending';
  const isKnown = attempts.every((one) => one.cost !== null || one.usage.inputTokens + one.usage.outputTokens === 0);
  return isKnown ? (cost / NANO).toFixed(9) : 'unknown';
}
