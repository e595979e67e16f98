/** Holds a request against what its key is limited to: the time, the network, and what it may be used for. */
import { ENDPOINT_WORDS, type KeyEndpoint } from '../../policies/key-limits.ts';
import { isWithin, type Network } from '../../policies/network.ts';
import type { KeyLimits } from '../control/key-limits.ts';
import { SignalboxError } from '../errors.ts';

/** Apps come from the same few addresses again and again; of others, so many are remembered for a key. */
const MOST_ADDRESSES = 1000;
const decided = new WeakMap<readonly Network[], Map<string, boolean>>();

/** As `isWithin`; an address is read once, which takes as long as everything else here a hundred times. */
function isFrom(networks: readonly Network[], address: string): boolean {
  let known = decided.get(networks);
  if (!known || known.size >= MOST_ADDRESSES) {
    known = new Map();
    decided.set(networks, known);
  }
  let is = known.get(address);
  if (is === undefined) {
    is = isWithin(networks, address);
    known.set(address, is);
  }
  return is;
}

/** Throws `expired_key` from the end of a key on; `now` in milliseconds since 1970. */
export function requireUnexpired({ expiresAt }: KeyLimits, now: number): void {
  if (expiresAt === null || now < expiresAt) return;
  throw new SignalboxError('expired_key', { ended_at: new Date(expiresAt).toISOString() });
}

/**
 * Throws `network_not_allowed` where the address is in none of the key's networks or not known, and `endpoint_not_allowed`
 * where the key is for something else.
 */
export function requireAllowed(
  { networks, endpoints }: KeyLimits,
  address: string | undefined,
  endpoint: KeyEndpoint,
): void {
  if (networks !== null && !isFrom(networks, address ?? '')) {
    throw new SignalboxError('network_not_allowed', { address });
  }
  if (endpoints !== null && !endpoints.has(endpoint)) {
    const allowed = [...endpoints].map((one) => ENDPOINT_WORDS[one]).join(', ');
    throw new SignalboxError('endpoint_not_allowed', { endpoint: ENDPOINT_WORDS[endpoint], allowed });
  }
}
