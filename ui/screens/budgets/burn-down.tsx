import { Alert, Stack, Text } from '@mantine/core';
import { IconTrendingUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sayAmount } from '../../../policies/kinds/budget/budget.ts';
import type { StoredBudget } from '../../api/budgets.ts';
import { type BurnDown as BurnDownAnswer, burnDownQuery } from '../../api/burn-down.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { OPEN_WINDOW_WORDS } from '../../budgets/budget-words.ts';
import type { Plot } from '../../charts/plot.ts';
import { TimePlot } from '../../charts/time-plot.tsx';

interface Props {
  readonly budget: StoredBudget;
  readonly scope: string;
  /** Whose part it is. */
  readonly words: string;
}

/** How a scope's limit is being used up, and when it will be if that goes on. */
export function BurnDown({ budget, scope, words }: Props) {
  const answer = useQuery(burnDownQuery(budget.id, scope));
  const plot = useMemo(() => (answer.data ? plotOf(answer.data, budget, words) : null), [answer.data, budget, words]);
  if (!answer.data || !plot) {
    return answer.error ? (
      <Failure
        title="How it is being spent could not be loaded"
        error={answer.error}
        onRetry={() => answer.refetch()}
      />
    ) : (
      <Waiting what="how it is being spent" />
    );
  }
  const { forecast } = answer.data;
  return (
    <Stack gap="sm">
      <Alert
        variant="light"
        color={forecast.runsOutAt === null ? 'blue' : 'orange'}
        icon={<IconTrendingUp aria-hidden />}
        title="If it goes on like this"
      >
        {forecast.words}
        {forecast.enough ? (
          <Text size="sm" c="dimmed" mt={4}>
            {forecast.method}
          </Text>
        ) : null}
      </Alert>
      <TimePlot plot={plot} />
    </Stack>
  );
}

/** What was spent, the even way to the limit, and what is expected, each at every moment that one of them is known. */
function plotOf(answer: BurnDownAnswer, { timeZone, window }: StoredBudget, words: string): Plot {
  const { points, limit, unit, forecast, window: open } = answer;
  const last = points.at(-1);
  const ends = [open.end, forecast.runsOutAt, forecast.latest, last?.at].filter((at) => typeof at === 'number');
  const begin = open.start === 0 ? (points[0]?.at ?? 0) : open.start;
  const finish = open.end ?? Math.max(...ends, begin);
  const within = (at: number | null): number | null => (at === null ? null : Math.min(at, finish));
  const { runsOutAt } = forecast;
  // Without a latest moment it may as well last: then the time goes on to the end.
  const [earliest, latest] = [within(forecast.earliest), within(forecast.latest ?? finish)];
  const out = within(runsOutAt);
  const spent = new Map(points.map(({ at, spent: amount }) => [at, amount]));
  const expected = new Map<number, number>();
  if (last && runsOutAt !== null && out !== null && out > last.at) {
    expected.set(last.at, last.spent);
    // Where it runs out after the window, the way there is cut off at its end.
    expected.set(out, last.spent + ((limit - last.spent) * (out - last.at)) / (runsOutAt - last.at));
  }
  const moments = [...new Set([begin, finish, ...spent.keys(), ...expected.keys()])]
    .filter((at) => at >= begin && at <= finish)
    .sort((a, b) => a - b);
  const { start, end } = open;
  const even = end === null ? [] : moments.map((at) => Math.round((limit * (at - start)) / (end - start)));
  const of = (known: ReadonlyMap<number, number>) => moments.map((at) => known.get(at) ?? null);
  return {
    title: `Spent ${OPEN_WINDOW_WORDS[window]} by ${words}`,
    description: sayPlot(answer, words),
    unit,
    moments,
    step: 'moment',
    timeZone,
    form: 'lines',
    series: [
      { label: 'Spent', values: of(spent), color: 'blue' },
      ...(even.length === 0 ? [] : [{ label: 'Spent evenly', values: even, color: 'grey', dashed: true } as const]),
      ...(expected.size === 0
        ? []
        : [{ label: 'Expected', values: of(expected), color: 'orange', dashed: true } as const]),
    ],
    levels: [{ label: `Limit ${sayAmount(limit, unit)}`, value: limit }],
    spans:
      earliest !== null && latest !== null && latest > earliest
        ? [{ label: 'probably runs out', from: earliest, to: latest }]
        : [],
  };
}

function sayPlot({ points, limit, unit, held, window }: BurnDownAnswer, words: string): string {
  const spent = points.at(-1)?.spent ?? 0;
  const heldWords = held > 0 ? `, and ${sayAmount(held, unit)} is held for requests under way` : '';
  const now = `${sayAmount(spent, unit)} of ${sayAmount(limit, unit)} is spent${heldWords}.`;
  if (window.end === null || limit === 0) return now;
  const at = points.at(-1)?.at ?? window.start;
  const even = (limit * (at - window.start)) / (window.end - window.start);
  const difference = Math.round(Math.abs(spent - even));
  const compared =
    difference < limit / 200
      ? 'about as much as if it were spent evenly'
      : `${sayAmount(difference, unit)} ${spent > even ? 'more' : 'less'} than if it were spent evenly`;
  return `${now} For ${words}, that is ${compared}.`;
}
