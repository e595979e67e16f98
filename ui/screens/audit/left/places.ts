/** What left the house, by where it went: the provider and the region that its machines stood in. */
import { addCount } from '../../../../policies/text/places.ts';
import type { LeftGroup } from '../../../api/audit-desk.ts';
import { sayFound } from '../../../app/found-words.ts';
import { plural, sayCount } from '../../../app/words.ts';

export interface LeftPlace {
  readonly provider: string;
  readonly region: string | null;
  /** Null where the model is not known any more. */
  readonly leavesHouse: boolean | null;
  readonly requests: number;
  /** Requests of which only the tokens were counted. */
  readonly counts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Requests in which private data was not looked for. */
  readonly unlooked: number;
  /** Requests of which that is not known. */
  readonly unknown: number;
  /** Requests of which private data was taken out, all of it or some. */
  readonly redacted: number;
  /** Requests that do not say themselves where it stood: for them it is told as set today. */
  readonly asSetToday: number;
  /** Private data that was found, by its kind. */
  readonly found: Readonly<Record<string, number>>;
  /** What was sent there, the most requests first. */
  readonly groups: readonly LeftGroup[];
}

const TAKEN_OUT: ReadonlySet<LeftGroup['protection']> = new Set(['taken_out', 'in_part']);

/** Places outside first, those that got the most requests before others. */
export function placesOf(groups: readonly LeftGroup[]): LeftPlace[] {
  const places = new Map<string, LeftGroup[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.provider, group.region, group.leavesHouse]);
    places.set(key, [...(places.get(key) ?? []), group]);
  }
  const sum = (of: readonly LeftGroup[], count: (group: LeftGroup) => number): number =>
    of.reduce((total, group) => total + count(group), 0);
  const all = [...places.values()].flatMap((of): LeftPlace[] => {
    const [first] = of;
    if (first === undefined) return [];
    const found: Record<string, number> = {};
    for (const group of of) for (const [kind, count] of Object.entries(group.found)) addCount(found, kind, count);
    return [
      {
        provider: first.provider,
        region: first.region,
        leavesHouse: first.leavesHouse,
        found,
        requests: sum(of, ({ requests }) => requests),
        counts: sum(of, ({ counts }) => counts),
        inputTokens: sum(of, ({ inputTokens }) => inputTokens),
        outputTokens: sum(of, ({ outputTokens }) => outputTokens),
        unlooked: sum(of, ({ protection, requests }) => (protection === 'not_looked_for' ? requests : 0)),
        unknown: sum(of, ({ protection, requests }) => (protection === 'not_known' ? requests : 0)),
        redacted: sum(of, ({ protection, requests }) => (TAKEN_OUT.has(protection) ? requests : 0)),
        asSetToday: sum(of, ({ asSetToday, requests }) => (asSetToday ? requests : 0)),
        groups: [...of].sort((a, b) => b.requests - a.requests),
      },
    ];
  });
  const isInside = ({ leavesHouse }: LeftPlace): number => (leavesHouse === false ? 1 : 0);
  return all.sort((a, b) => isInside(a) - isInside(b) || b.requests - a.requests);
}

const REDACTED: Readonly<Record<LeftGroup['protection'], string>> = {
  taken_out: 'yes',
  in_part: 'in part; some was only reported',
  left_in: 'no, only reported',
  not_found: 'looked for, none found',
  not_looked_for: 'not looked for',
  not_known: 'not known',
};

/** In how many requests private data was looked for, what was found, and what became of it. */
export function sayLookedFor({ requests, unlooked, unknown, redacted, found }: LeftPlace): string {
  const said: string[] = [];
  if (unlooked + unknown === 0) said.push('Private data was looked for in all of them.');
  if (unlooked > 0) said.push(`In ${sayCount(unlooked)} of them private data was not looked for.`);
  if (unknown > 0)
    said.push(
      unknown === requests
        ? 'Whether private data was looked for is not known of them.'
        : `Of ${sayCount(unknown)} of them it is not known whether private data was looked for.`,
    );
  const kinds = sayFound(found);
  if (kinds !== '') said.push(`Found were: ${kinds}; ${plural(redacted, 'request')} went redacted.`);
  return said.join(' ');
}

/** How many requests asked only for a count of their tokens; empty for none. */
export function sayCounts({ requests, counts }: Pick<LeftGroup, 'requests' | 'counts'>): string {
  if (counts === 0) return '';
  return counts === requests ? 'only to count tokens' : `${sayCount(counts)} of them only to count tokens`;
}

/** Whether private data was taken out on the way, and what was found. */
export function sayRedacted({ protection, found }: Pick<LeftGroup, 'protection' | 'found'>): string {
  const kinds = sayFound(found);
  return kinds === '' ? REDACTED[protection] : `${REDACTED[protection]}: ${kinds}`;
}
