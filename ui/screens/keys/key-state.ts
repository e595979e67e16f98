/** Whether a key can still be used, and how long. */
import type { Key, ListedKey } from '../../api/keys.ts';
import { sayAgo } from '../../app/words.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
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

/** How long nobody has used a key. */
export const UNUSED = ['any', 'within 30 days', 'not for 30 days', 'not for 90 days', 'never'] as const;
export type Unused = (typeof UNUSED)[number];

/** Whether a key was used, or left alone, as is asked for at the moment `now`, in milliseconds since 1970. */
export function isUsedAs({ lastUsedAt }: Pick<ListedKey, 'lastUsedAt'>, asked: Unused, now: number): boolean {
  if (asked === 'any') return true;
  if (asked === 'never') return lastUsedAt === null;
  const days = lastUsedAt === null ? Number.POSITIVE_INFINITY : (now - lastUsedAt) / DAY;
  if (asked === 'within 30 days') return days < 30;
  return days >= (asked === 'not for 30 days' ? 30 : 90);
}

/** "never", "within the hour", "3 days ago": the hour of the last request is known, and no more. */
export function sayLastUsed(at: number | null, now: number): string {
  if (at === null) return 'never';
  return now - at < HOUR ? 'within the hour' : sayAgo(at, now);
}

const UNTIL = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const UNITS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', 60_000],
] as const;

/** "ends in 3 days", for an end after `now`; whole units that are surely left. */
export function sayEnd(expiresAt: number, now: number): string {
  const [unit, length] = UNITS.find(([, ms]) => expiresAt - now >= ms) ?? [];
  if (unit === undefined || length === undefined) return 'ends within a minute';
  return `ends ${UNTIL.format(Math.floor((expiresAt - now) / length), unit)}`;
}
