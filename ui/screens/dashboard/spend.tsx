import { Card, Group, NativeSelect, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { memo, useMemo, useState } from 'react';
import { useMayEverywhere } from '../../api/may.ts';
import { type Dimension, USAGE_PERIODS, usageToldQuery } from '../../api/usage.ts';
import type { OverviewShown } from '../../app/addresses.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { type PlotRange, TimePlot } from '../../charts/time-plot.tsx';
import { headOf } from '../../usage/dimension-words.ts';
import { endOfPart, PERIOD_EVERY, PERIOD_WORDS, partsOf, startOf } from '../../usage/periods.ts';
import { TimeFigures } from '../../usage/time-figures.tsx';
import { TopSpenders } from '../../usage/top-spenders.tsx';
import { plotOf } from '../../usage/usage-plot.ts';

const route = getRouteApi('/');

/** What spend can be told by here; the page on usage has the others. */
const ALL = {
  choices: ['team', 'model', 'usage', 'project', 'user'],
  below: ['team', 'model', 'usage', 'user'],
} as const;
/** For those who see some projects only: what sums are kept of by project, however many requests there are. */
const OWN = { choices: ['project', 'model'], below: ['project', 'model'] } as const;
/** Values that the plot is made of; it adds up what is more than it can show. */
const MOST_VALUES = 12;
const REFRESH_MS = 60_000;
/** How long an end of the range has to rest before all below it is asked for. */
const REST_MS = 300;

/** Spend over time; the part of the time that one narrows it to is that of everything below it, and in the address. */
export function Spend({ timeZone }: { readonly timeZone: string }) {
  const shown: OverviewShown = route.useSearch();
  const navigate = useNavigate({ from: '/' });
  const change = (part: Partial<OverviewShown>): void =>
    void navigate({ to: '/', search: { ...shown, ...part }, replace: true, resetScroll: false });
  const { last = 'month' } = shown;
  const { choices, below } = useMayEverywhere()('read usage') ? ALL : OWN;
  const by = choices.find((one) => one === shown.by) ?? choices[0];
  const every = PERIOD_EVERY[last];
  const now = Date.now();
  const from = startOf(last, timeZone, now);
  const moments = partsOf(every, timeZone, from, now);
  const told = useQuery({
    ...usageToldQuery({ by, every, timeZone, from, limit: MOST_VALUES }),
    refetchInterval: REFRESH_MS,
  });
  const totals = told.data?.totals;
  const momentsKey = moments.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moments are the same while their key is.
  const plot = useMemo(
    () => (totals ? plotOf(totals, { by, measure: 'cost', every, timeZone, moments }) : null),
    [totals, by, every, timeZone, momentsKey],
  );

  const [first = from, latest = from] = [moments[0], moments.at(-1)];
  const inAddress = rangeOf(shown, moments);
  // While an end is moved, the drawing follows it at once, and the address when it rests.
  const [moving, setMoving] = useState<{ readonly range: PlotRange | null } | null>(null);
  const settle = useDebouncedCallback((range: PlotRange | null) => {
    setMoving(null);
    change(
      range === null
        ? { from: undefined, to: undefined }
        : { from: range.from, to: endOfPart(every, timeZone, range.to) },
    );
  }, REST_MS);
  const narrowed = {
    range: moving ? moving.range : inAddress,
    onRange: (range: PlotRange | null) => {
      setMoving({ range });
      settle(range);
    },
  };
  const time = inAddress
    ? { from: inAddress.from, to: Math.max(inAddress.from, endOfPart(every, timeZone, inAddress.to)) }
    : { from: first, to: endOfPart(every, timeZone, latest) };
  const say = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const title = inAddress
    ? `From ${say.format(time.from)} until ${say.format(time.to)}`
    : `The last ${PERIOD_WORDS[last]}`;
  return (
    <Stack component="section" gap="lg" aria-labelledby="spend">
      <Group justify="space-between" align="flex-end">
        <Title order={2} id="spend">
          Spend over time
        </Title>
        <Group gap="md">
          <NativeSelect
            aria-label="Spend is told by"
            value={by}
            onChange={({ currentTarget }) => change({ by: currentTarget.value })}
            data={choices.map((value) => ({ value, label: `By ${headOf(value).toLowerCase()}` }))}
          />
          <SegmentedControl
            aria-label="Time"
            value={last}
            onChange={(value) =>
              change({ last: USAGE_PERIODS.find((one) => one === value), from: undefined, to: undefined })
            }
            data={USAGE_PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] }))}
          />
        </Group>
      </Group>
      <Card withBorder padding="lg">
        {plot ? (
          <TimePlot plot={plot} narrowed={narrowed} />
        ) : told.error ? (
          <Failure title="Spend could not be loaded" error={told.error} onRetry={() => told.refetch()} />
        ) : (
          <Waiting what="spend" />
        )}
      </Card>
      <Below title={title} shown={below} timeZone={timeZone} {...time} />
    </Stack>
  );
}

interface BelowProps {
  readonly title: string;
  readonly shown: readonly Dimension[];
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
}

/** What the shown part of the time has cost; drawn anew only when that part is another, not while its ends are moved. */
const Below = memo(function Below({ title, shown, ...time }: BelowProps) {
  return (
    <>
      <TimeFigures title={title} {...time} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {shown.map((by) => (
          <TopSpenders key={by} by={by} {...time} />
        ))}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        Days and months begin by the clocks of {time.timeZone}, the organisation’s time zone; single requests are told
        by the clock of your browser. What begins or ends within an hour is told of the whole hour.
      </Text>
    </>
  );
});

/** The range of an address by moments of the plot; null for all, and where the address is of another time. */
function rangeOf({ from, to }: OverviewShown, moments: readonly number[]): PlotRange | null {
  if (from === undefined && to === undefined) return null;
  const within = moments.filter((at) => at >= (from ?? 0) && at < (to ?? Number.POSITIVE_INFINITY));
  const [start, end] = [within[0], within.at(-1)];
  if (start === undefined || end === undefined || within.length === moments.length) return null;
  return { from: start, to: end };
}
