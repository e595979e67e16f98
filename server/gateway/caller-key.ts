/** The key of a request, wherever the app sends it: programs that come from other gateways have headers of their own. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import type { KeyEndpoint } from '../../policies/key-limits.ts';
import { findKey } from '../access/keys.ts';
import type { KeyEntry, Snapshot } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';
import { requireAllowed, requireUnexpired } from './key-limits.ts';

/** In the order in which they are looked at. Apps of other gateways often send a vendor's key in the first of them too. */
const KEY_HEADERS = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-litellm-api-key',
  'x-portkey-api-key',
  'cf-aig-authorization',
  'helicone-auth',
] as const;

function* tokensOf(headers: IncomingHttpHeaders): Generator<string> {
  for (const name of KEY_HEADERS) {
    const header = headers[name];
    if (typeof header !== 'string') continue;
    const bearer = /^bearer /i.test(header);
    // Other ways of signing in, such as Basic, are no key.
    if (name === 'authorization' && !bearer) continue;
    const token = (bearer ? header.slice(7) : header).trim();
    if (token !== '') yield token;
  }
}

/** What is read of a request: its headers, and where it comes from by the word of proxies that are trusted. */
type Asking = Pick<Request, 'headers' | 'ip'>;

/**
 * The first key of ours among the headers of a request, for something that it may be used for; keys of others are passed
 * over, and go nowhere. `found` is told of it before it is held against its networks and endpoints. Throws SignalboxError:
 * `missing_key`, `invalid_key`, `revoked_key`, `expired_key`, `network_not_allowed`, `endpoint_not_allowed`.
 */
export function keyOf(
  req: Asking,
  snapshot: Snapshot,
  endpoint: KeyEndpoint,
  found?: (key: KeyEntry) => void,
): KeyEntry {
  const key = knownKey(req, snapshot);
  const { limits } = key;
  if (limits) requireUnexpired(limits, Date.now());
  found?.(key);
  if (limits) requireAllowed(limits, limits.networks ? req.ip : undefined, endpoint);
  return key;
}

function knownKey(req: Asking, snapshot: Snapshot): KeyEntry {
  let sent = false;
  for (const token of tokensOf(req.headers)) {
    sent = true;
    const key = findKey(snapshot, token);
    if (key?.revoked) throw new SignalboxError('revoked_key');
    if (key) return key;
  }
  throw sent ? new SignalboxError('invalid_key') : new SignalboxError('missing_key');
}
