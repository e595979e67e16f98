import { Button, Group, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useId } from 'react';
import { houseQuery } from '../../api/house.ts';
import {
  DIMENSIONS,
  EVERY,
  timeZoneQuery,
  USAGE_PERIODS,
  type UsageCondition,
  type UsageQuestion,
} from '../../api/usage.ts';
import type { UsageShown } from '../../app/addresses.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { headOf, isDimension } from '../../usage/dimension-words.ts';
import { endOfPart, PERIOD_EVERY, PERIOD_WORDS, partsOf, startOf } from '../../usage/periods.ts';
import { readCondition, writeCondition } from '../../usage/requests-behind.ts';
import { MEASURE_WORDS, MEASURES } from '../../usage/usage-plot.ts';
import { UsageFilters } from './usage-filters.tsx';
import { UsageResult } from './usage-result.tsx';

const route = getRouteApi('/usage');

const EVERY_WORDS = { hour: 'Hour', day: 'Day', week: 'Week', month: 'Month' } as const;
const OWN = 'own';

/** Values that are told apart in the table; what is left is added up. */
const MOST_VALUES = 500;

/** What was used, told by whatever one asks for. */
export function Usage() {
  const zone = useQuery(timeZoneQuery);
  const runs = (
    <LinkButton to="/sessions" variant="default" leftSection={<IconHistory size={16} aria-hidden />}>
      Runs of agents
    </LinkButton>
  );
  return (
    <Screen title="Usage" aside={runs}>
      <Text c="dimmed" maw={760} mt={-8}>
        Who and what uses the models, by anything that requests carry. What you choose is in the address of this page,
        so that it can be sent to somebody.
      </Text>
      {zone.data ? (
        <Chosen timeZone={zone.data} />
      ) : zone.error ? (
        <Failure title="Usage could not be loaded" error={zone.error} onRetry={() => zone.refetch()} />
      ) : (
        <Waiting what="usage" />
      )}
    </Screen>
  );
}

function Chosen({ timeZone }: { readonly timeZone: string }) {
  const shown: UsageShown = route.useSearch();
  const navigate = useNavigate({ from: '/usage' });
  const house = useQuery(houseQuery);
  const label = useId();
  const change = (part: Partial<UsageShown>): void =>
    void navigate({ to: '/usage', search: { ...shown, ...part }, replace: true });

  const { by = 'team', last = 'month' } = shown;
  const measure = MEASURES.find((one) => one === shown.measure) ?? 'cost';
  const isOwn = shown.from !== undefined;
  const from = shown.from ?? startOf(last, timeZone, Date.now());
  // Until the end of what is going on, which stays the same while one looks.
  const to = shown.to ?? endOfPart('hour', timeZone, Date.now());
  const every = shown.every ?? (isOwn ? everyOf(to - from) : PERIOD_EVERY[last]);
  const where = shown.where === undefined ? [] : typeof shown.where === 'string' ? [shown.where] : shown.where;
  const conditions = where.flatMap((text) => readCondition(text) ?? []);
  const narrow = (next: readonly UsageCondition[]): void => {
    const texts = next.map(writeCondition);
    change({ where: texts.length > 1 ? texts : texts[0] });
  };
  const tags = Object.keys(house.data?.tags ?? {})
    .filter((name) => !isDimension(name))
    .map((name) => `tag:${name}`);
  const choices = [...new Set<string>([...DIMENSIONS, ...tags, by])].map((value) => ({ value, label: headOf(value) }));
  const question: UsageQuestion = { by, timeZone, from, to, conditions, limit: MOST_VALUES };
  const parts = partsOf(every, timeZone, from, to);
  return (
    <>
      <Stack gap="sm" role="search" aria-label="Usage">
        <Group gap="md" align="flex-end">
          <NativeSelect
            label="Told by"
            value={by}
            onChange={({ currentTarget }) => change({ by: currentTarget.value })}
            data={choices}
          />
          <NativeSelect
            label="Drawn is"
            value={measure}
            onChange={({ currentTarget }) => change({ measure: currentTarget.value })}
            data={MEASURES.map((value) => ({ value, label: MEASURE_WORDS[value] }))}
          />
          <NativeSelect
            label="For each"
            value={every}
            onChange={({ currentTarget }) => change({ every: EVERY.find((one) => one === currentTarget.value) })}
            data={EVERY.map((value) => ({ value, label: EVERY_WORDS[value] }))}
          />
          <div>
            <Text size="sm" fw={600} id={label} mb={2}>
              Time
            </Text>
            <SegmentedControl
              aria-labelledby={label}
              value={isOwn ? OWN : last}
              onChange={(value) =>
                change({
                  last: USAGE_PERIODS.find((one) => one === value),
                  from: undefined,
                  to: undefined,
                  every: undefined,
                })
              }
              data={[
                ...USAGE_PERIODS.map((value) => ({ value, label: PERIOD_WORDS[value] })),
                ...(isOwn ? [{ value: OWN, label: 'Own time' }] : []),
              ]}
            />
          </div>
        </Group>
        <UsageFilters {...{ conditions, timeZone, from, to, choices }} onChange={narrow} />
      </Stack>
      {isOwn ? (
        <Group gap="sm">
          <Text size="sm">
            From {sayIn(timeZone, from)} until {sayIn(timeZone, to)}.
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => change({ from: undefined, to: undefined, every: undefined })}
          >
            Back to the last {PERIOD_WORDS[last]}
          </Button>
        </Group>
      ) : null}
      <UsageResult
        key={JSON.stringify([question, every])}
        {...{ question, measure, every, moments: parts }}
        onOnly={(condition) => narrow([...conditions.filter((one) => one.by !== condition.by), condition])}
      />
    </>
  );
}

const HOUR_MS = 3_600_000;

/** Parts of a time of one's own of which there are neither few nor too many. */
function everyOf(length: number): 'hour' | 'day' | 'month' {
  if (length <= 72 * HOUR_MS) return 'hour';
  return length <= 120 * 24 * HOUR_MS ? 'day' : 'month';
}

const sayIn = (timeZone: string, at: number): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);
