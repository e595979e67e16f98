import './months.css';
import { Text } from '@mantine/core';
import type { MonthSummary } from '../../api/months.ts';
import { sayMoney, sayTeam } from './month-words.ts';

type Teams = MonthSummary['teams'];

/** Teams that are named beside a bar; the others are counted. */
const NAMED = 3;

interface Props {
  readonly teams: Teams;
  /** Nano-dollars that fill the whole width. */
  readonly most: bigint;
  readonly colorOf: (team: string) => string;
}

/** What each team took of a month as parts of a bar, and in words below it. */
export function TeamBar({ teams, most, colorOf }: Props) {
  const spending = teams.filter(({ nanoDollars }) => nanoDollars > 0n);
  if (teams.length === 0) return <Text size="sm">nothing yet</Text>;
  const rest = teams.slice(NAMED);
  const words = [
    ...teams.slice(0, NAMED).map(({ team, nanoDollars }) => `${sayTeam(team)} ${sayMoney(nanoDollars)}`),
    ...(rest.length === 0
      ? []
      : [`${rest.length} more ${sayMoney(rest.reduce((sum, { nanoDollars }) => sum + nanoDollars, 0n))}`]),
  ];
  return (
    <>
      <div className="team-bar" aria-hidden>
        {spending.map(({ team, nanoDollars }) => (
          <span
            key={team}
            style={{
              width: `${most === 0n ? 0 : (Number(nanoDollars) / Number(most)) * 100}%`,
              background: colorOf(team),
            }}
          />
        ))}
      </div>
      <Text size="sm" c="dimmed" mt={4}>
        {words.join(' · ')}
      </Text>
    </>
  );
}

const COLORS = ['rail-5', 'orange-5', 'teal-5', 'grape-5', 'yellow-5', 'cyan-5', 'pink-5', 'lime-5'];

/** A colour for each team, the same one in every month; the dearest have the first ones. */
export function teamColors(months: readonly MonthSummary[]): (team: string) => string {
  const sums = new Map<string, bigint>();
  for (const { teams } of months) {
    for (const { team, nanoDollars } of teams) sums.set(team, (sums.get(team) ?? 0n) + nanoDollars);
  }
  const order = [...sums].sort(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0)).map(([team]) => team);
  return (team) => `var(--mantine-color-${COLORS[order.indexOf(team)] ?? 'gray-5'})`;
}
