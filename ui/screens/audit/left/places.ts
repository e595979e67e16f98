/** What left the house, by where it went: the provider and the region that its machines stand in. */
import type { LeftGroup } from '../../../api/audit-desk.ts';

export interface LeftPlace {
  readonly provider: string;
  readonly region: string | null;
  /** Null where the model is not known any more. */
  readonly leavesHouse: boolean | null;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Requests in which private data was not looked for. */
  readonly unlooked: number;
  /** Private data that was found, by its kind. */
  readonly found: Readonly<Record<string, number>>;
  /** What was sent there, the most requests first. */
  readonly groups: readonly LeftGroup[];
}

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
    for (const group of of)
      for (const [kind, count] of Object.entries(group.found)) found[kind] = (found[kind] ?? 0) + count;
    return [
      {
        ...{ provider: first.provider, region: first.region, leavesHouse: first.leavesHouse, found },
        requests: sum(of, ({ requests }) => requests),
        inputTokens: sum(of, ({ inputTokens }) => inputTokens),
        outputTokens: sum(of, ({ outputTokens }) => outputTokens),
        unlooked: sum(of, ({ lookedFor, requests }) => (lookedFor === 'not looked for' ? requests : 0)),
        groups: [...of].sort((a, b) => b.requests - a.requests),
      },
    ];
  });
  const isInside = ({ leavesHouse }: LeftPlace): number => (leavesHouse === false ? 1 : 0);
  return all.sort((a, b) => isInside(a) - isInside(b) || b.requests - a.requests);
}

/** "2 email, 1 phone". */
export const sayFound = (found: Readonly<Record<string, number>>): string =>
  Object.entries(found)
    .map(([kind, count]) => `${count} ${kind.replaceAll('_', ' ')}`)
    .join(', ');

/** Whether private data was looked for on the way, and what became of it. */
export function sayProtection({ lookedFor, reportsOnly, found }: LeftGroup): string {
  if (lookedFor === 'not looked for') return 'not looked for';
  if (lookedFor === 'not found') return 'looked for, none found';
  const rest = reportsOnly ? '; the drawing leaves some of it as it was' : ' and taken out';
  return `found${rest}: ${sayFound(found)}`;
}
