/** The key of a request, wherever the app sends it: programs that come from other gateways have headers of their own. */
import type { IncomingHttpHeaders } from 'node:http';
import { findKey } from '../access/keys.ts';
import type { KeyEntry, Snapshot } from '../control/snapshot.ts';
import { SignalboxError } from '../errors.ts';

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

/**
 * The first key of ours among the headers of a request; keys of others are passed over, and go nowhere. Throws
 * SignalboxError: `missing_key`, `invalid_key`, `revoked_key`.
 */
export function keyOf(req: { readonly headers: IncomingHttpHeaders }, snapshot: Snapshot): KeyEntry {
  let sent = false;
  for (const token of tokensOf(req.headers)) {
    sent = true;
    const key = findKey(snapshot, token);
    if (key?.revoked) throw new SignalboxError('revoked_key');
    if (key) return key;
  }
  throw sent ? new SignalboxError('invalid_key') : new SignalboxError('missing_key');
}
