import { randomUUID } from 'node:crypto';

/** What an id belongs to; the gateway's own records use `req`. */
export type IdPrefix =
  | 'org'
  | 'team'
  | 'prj'
  | 'per'
  | 'key'
  | 'pol'
  | 'prc'
  | 'rc'
  | 'pls'
  | 'bud'
  | 'adj'
  | 'ask'
  | 'cor'
  | 'chn'
  | 'acc'
  | 'alr'
  | 'scan'
  | 'inv'
  | 'ses'
  | 'idp'
  | 'svc'
  | 'req'
  | 'boot'
  | 'del'
  | 'apr'
  | 'cmt'
  | 'aud'
  | 'exp';

/**
 * A prefixed UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970, then random bits, so that ids sort by the time at
 * which they were made. The random bits are those of a UUIDv4, which Node takes from a pool.
 */
export function newId(prefix: IdPrefix): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${prefix}_${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15, 18)}-${random.slice(19)}`;
}
