import { randomBytes } from 'node:crypto';

/** What an id belongs to; the gateway's own records use `req`. */
export type IdPrefix = 'org' | 'team' | 'prj' | 'per' | 'key' | 'pol' | 'prc' | 'bud' | 'req' | 'boot';

/**
 * A prefixed UUIDv7 (RFC 9562): 48 bits of milliseconds since 1970, then random bits, so that ids sort by the time at
 * which they were made.
 */
export function newId(prefix: IdPrefix): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
