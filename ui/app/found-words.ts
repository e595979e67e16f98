/** What was found in texts, and where, in words. */
import type { RedactResult } from '../../policies/effects.ts';
import { findDetector } from '../../policies/text/detectors/index.ts';
import { sayPlaces } from '../../policies/text/place-words.ts';
import { sayCount } from './words.ts';

/** "2 × E-mail address, 1 × Phone number"; empty where nothing was found. */
export function sayFound(found: Readonly<Record<string, number>>): string {
  return Object.entries(found)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${sayCount(count)} × ${findDetector(type)?.label ?? type}`)
    .join(', ');
}

/** "Message 3 (user): 2 × E-mail address", a line for each place; null where the places were not recorded. */
export function sayWhere({ found, places, further }: RedactResult): string[] | null {
  if (sayFound(found) === '') return [];
  if (!places) return null;
  return sayPlaces({ places, ...(further && { further }) }, sayFound).map(
    ({ place, found: words }) => `${place.charAt(0).toUpperCase()}${place.slice(1)}: ${words}`,
  );
}
