/** Whether a key can still be used, and how long. */
import type { Key } from '../../api/keys.ts';

const DAY = 86_400_000;
const SOON = 7 * DAY;

export const KEY_STATES = ['in use', 'ends soon', 'expired', 'revoked'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** At the moment `now`, in milliseconds since 1970. */
export function stateOf({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'in use';
  if (expiresAt <= now) return 'expired';
  return expiresAt - now < SOON ? 'ends soon' : 'in use';
}

const UNTIL = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const UNITS = [
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "ends in 3 days", for an end after `now`; whole units that are surely left. */
export function sayEnd(expiresAt: number, now: number): string {
  const [unit, length] = UNITS.find(([, ms]) => expiresAt - now >= ms) ?? [];
  if (unit === undefined || length === undefined) return 'ends within a minute';
  return `ends ${UNTIL.format(Math.floor((expiresAt - now) / length), unit)}`;
}
