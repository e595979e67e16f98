import { Card, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dollars } from '../../policies/price.ts';
import { useMayEverywhere } from '../api/may.ts';
import { type UsageCondition, usageToldQuery } from '../api/usage.ts';
import { Failure } from '../app/failure.tsx';
import { Figure } from '../app/figure.tsx';
import { TextLink } from '../app/text-link.tsx';
import { Waiting } from '../app/waiting.tsx';
import { plural, sayCount, sayShare } from '../app/words.ts';
import { requestsBehind } from './requests-behind.ts';
import { sumOf } from './usage-plot.ts';

/** How often figures of a time that goes on are asked for again. */
const REFRESH_MS = 15_000;
const MOST_OUTCOMES = 20;

interface Props {
  readonly title: string;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to?: number | undefined;
  /** What is counted; everything where it is left out. */
  readonly condition?: UsageCondition;
}

/** What a time has cost, how many requests it had, how many of them failed, and what was saved. */
export function TimeFigures({ title, timeZone, from, to, condition }: Props) {
  const conditions = condition ? [condition] : [];
  // Without a condition the outcome is the smallest sum; with one, its own dimension is, which is the project for those who
  // see some projects only.
  const seesAll = useMayEverywhere()('read usage');
  const by = condition?.by ?? (seesAll ? 'status' : 'project');
  const told = useQuery({
    ...usageToldQuery({ by, timeZone, from, to, conditions, limit: MOST_OUTCOMES }),
    refetchInterval: REFRESH_MS,
  });
  const sum = told.data ? sumOf(told.data.totals) : null;
  const failed = sum ? requestsBehind([...conditions, { by: 'status', is: 'failed' }], { from, to }) : null;
  const saved = sum ? sum.savedByRouting + sum.savedByCaching : 0;
  return (
    <Card
      withBorder
      padding="lg"
      component="section"
      aria-label={title}
      aria-busy={told.isPlaceholderData}
      className={told.isPlaceholderData ? 'told-before' : ''}
    >
      <Title order={2} mb="sm">
        {title}
      </Title>
      {sum ? (
        <>
          <Group className="figures" align="flex-start">
            <Figure words="spent">{dollars(sum.cost)}</Figure>
            <Figure words={sum.requests === 1 ? 'request' : 'requests'}>{sayCount(sum.requests)}</Figure>
            <Figure words="failed">
              {sum.errors === 0 || failed === null ? (
                sayCount(sum.errors)
              ) : (
                <TextLink
                  inherit
                  to="/requests"
                  search={failed}
                  aria-label={`${title}: ${plural(sum.errors, 'request')} failed, look at what failed`}
                >
                  {sayCount(sum.errors)}
                </TextLink>
              )}
            </Figure>
            <Figure words="refused">{sayCount(sum.refused)}</Figure>
          </Group>
          <Text size="sm" mt="sm">
            {saved === 0
              ? 'Nothing was saved by routing or caching.'
              : `${dollars(saved)} saved: ${dollars(sum.savedByRouting)} by routing to cheaper models than were asked for, ${dollars(sum.savedByCaching)} by caching${sum.cost + saved > 0 ? ` (${sayShare(saved / (sum.cost + saved))} of what it would have cost)` : ''}.`}
          </Text>
        </>
      ) : told.error ? (
        <Failure title="The figures could not be loaded" error={told.error} onRetry={() => told.refetch()} />
      ) : (
        <Waiting what="the figures" />
      )}
    </Card>
  );
}
