/** What left the house as a table for other programs. */
import { type Cell, writeCsv } from '../../months/csv.ts';
import type { LeftGroup, LeftProtection } from './left-house.ts';

const REDACTED: Readonly<Record<LeftProtection, readonly [redacted: string, words: string]>> = {
  taken_out: ['yes', 'found and taken out'],
  in_part: ['in part', 'found; some of it taken out, some only reported'],
  left_in: ['no', 'found and only reported'],
  not_found: ['no', 'looked for, none found'],
  not_looked_for: ['no', 'not looked for'],
  not_known: ['not known', 'not known'],
};

const HEAD = [
  ...['Provider', 'Region', 'Where', 'Region and where as set', 'Model', 'Policy', 'Id of the policy', 'Version'],
  ...['Redacted', 'Private data', 'What was found', 'Requests', 'Calls', 'Tokens sent', 'Tokens answered'],
  'Requests of which only the tokens were counted',
];

const count = (value: number): Cell => ({ number: String(value) });

function whereOf(leavesHouse: boolean | null): string {
  if (leavesHouse === null) return 'not known any more';
  return leavesHouse ? 'outside the house' : 'in the house';
}

/** A row for each group; policies by their names of today. */
export function leftTable(groups: readonly LeftGroup[], nameOf: (id: string) => string): string {
  const rows = groups.map((group): Cell[] => {
    const { model, provider, region, leavesHouse, asSetToday, policy, version, protection, found } = group;
    const [redacted, words] = REDACTED[protection];
    return [
      ...[provider, region ?? '', whereOf(leavesHouse), asSetToday ? 'today' : 'at the time', model],
      ...[policy === null ? '' : nameOf(policy), policy ?? '', version === null ? '' : count(version)],
      ...[redacted, words],
      Object.entries(found)
        .map(([kind, times]) => `${times} ${kind.replaceAll('_', ' ')}`)
        .join('; '),
      ...[group.requests, group.calls, group.inputTokens, group.outputTokens, group.counts].map(count),
    ];
  });
  return writeCsv(HEAD, rows);
}
