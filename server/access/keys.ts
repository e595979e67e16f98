/** API keys of apps, and tokens of programs: how they are made, what is kept of them, and how a request's key is found. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyEntry, Snapshot } from '../control/snapshot.ts';

/** A new token: how it begins, and 32 random bytes as base64url. `sb_` is for apps, `sbt_` for programs, `sbi_` for invitations. */
export function newToken(beginning: 'sb_' | 'sbt_' | 'sbi_' = 'sb_'): string {
  return `${beginning}${randomBytes(32).toString('base64url')}`;
}

/** SHA-256 of a token. It needs no salt and no slow hash: 256 random bits cannot be guessed. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** As much of a token as may be shown to tell keys apart: six characters after `sb_`, and never a third of a short one. */
export function tokenPrefix(token: string): string {
  return token.slice(0, Math.min(9, Math.floor(token.length / 3)));
}

/**
 * The key that a token belongs to, revoked ones included; undefined when there is none. Found by the hash, so that the
 * time it takes says nothing about stored tokens; the comparison of whole hashes is in constant time as well.
 */
export function findKey(snapshot: Snapshot, token: string): KeyEntry | undefined {
  const hashed = hashToken(token);
  const key = snapshot.keys.get(hashed.toString('hex'));
  return key && timingSafeEqual(key.hash, hashed) ? key : undefined;
}
