import { Card, Group, NativeSelect, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { windowAt } from '../../../policies/budget.ts';
import { houseQuery } from '../../api/house.ts';
import { timeZoneQuery, usageToldQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { TimePlot } from '../../charts/time-plot.tsx';
import { headOf } from '../../usage/dimension-words.ts';
import { endOfPart, PERIOD_WORDS, partsOf, startOf } from '../../usage/periods.ts';
import { writeCondition } from '../../usage/requests-behind.ts';
import { TimeFigures } from '../../usage/time-figures.tsx';
import { TopSpenders } from '../../usage/top-spenders.tsx';
import { plotOf } from '../../usage/usage-plot.ts';
import { TeamBudgets } from './team-budgets.tsx';
import { TeamProjects } from './team-projects.tsx';
import { TeamRefusals } from './team-refusals.tsx';

const route = getRouteApi('/teams/$team');

const CHOICES = ['user', 'model', 'usage'] as const;
const MOST_VALUES = 12;

/** All that a team's lead asks about: what it spends and on what, what is left of its budgets, and what was refused. */
export function TeamPage() {
  const { team } = route.useParams();
  const zone = useQuery(timeZoneQuery);
  const house = useQuery(houseQuery);
  const condition = { by: 'team', is: team };
  const isKnown = house.data?.teams.some(({ name }) => name === team) ?? true;
  const aside = (
    <Group gap="sm">
      <LinkButton to="/requests" search={{ tag: `team=${team}` }} variant="default">
        Its requests
      </LinkButton>
      <LinkButton to="/usage" search={{ by: 'user', where: writeCondition(condition) }} variant="default">
        Explore its usage
      </LinkButton>
    </Group>
  );
  return (
    <Screen title={`Team ${team}`} aside={aside}>
      {isKnown ? null : (
        <Text c="dimmed" maw={760}>
          No team of this name has projects here; what is shown are requests that say by a tag that they are of it.
        </Text>
      )}
      {zone.data ? (
        <Parts key={team} team={team} timeZone={zone.data} />
      ) : zone.error ? (
        <Failure title="The team could not be loaded" error={zone.error} onRetry={() => zone.refetch()} />
      ) : (
        <Waiting what="the team" />
      )}
    </Screen>
  );
}

interface Props {
  readonly team: string;
  readonly timeZone: string;
}

function Parts({ team, timeZone }: Props) {
  const now = Date.now();
  const condition = { by: 'team', is: team };
  const from = startOf('month', timeZone, now);
  const to = endOfPart('day', timeZone, now);
  const month = windowAt('month', timeZone, now).start;
  const time = { timeZone, from, to };
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <TimeFigures
          title="Today"
          timeZone={timeZone}
          from={windowAt('day', timeZone, now).start}
          condition={condition}
        />
        <TimeFigures title="This month" timeZone={timeZone} from={month} condition={condition} />
      </SimpleGrid>
      <TeamBudgets team={team} />
      <TeamPlot team={team} timeZone={timeZone} />
      <Stack component="section" gap="lg" aria-labelledby="last-days">
        <Title order={2} id="last-days">
          The last {PERIOD_WORDS.month}
        </Title>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          {(['user', 'model', 'usage'] as const).map((by) => (
            <TopSpenders key={by} by={by} {...time} condition={condition} />
          ))}
          <TeamProjects team={team} {...time} />
        </SimpleGrid>
      </Stack>
      <TeamRefusals team={team} />
      <Text size="sm" c="dimmed">
        Days and months begin by the clocks of {timeZone}, the organisation’s time zone; single moments are in your own.
      </Text>
    </>
  );
}

/** What the team has spent on each of the last days. */
function TeamPlot({ team, timeZone }: Props) {
  const [by, setBy] = useState<(typeof CHOICES)[number]>('user');
  const now = Date.now();
  const from = startOf('month', timeZone, now);
  const moments = partsOf('day', timeZone, from, now);
  const told = useQuery(
    usageToldQuery({ by, every: 'day', timeZone, from, conditions: [{ by: 'team', is: team }], limit: MOST_VALUES }),
  );
  const totals = told.data?.totals;
  const momentsKey = moments.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moments are the same while their key is.
  const plot = useMemo(
    () => (totals ? plotOf(totals, { by, measure: 'cost', every: 'day', timeZone, moments, of: ` of ${team}` }) : null),
    [totals, by, timeZone, momentsKey, team],
  );
  return (
    <Card withBorder padding="lg" component="section" aria-label="Spend over time">
      <Group justify="flex-end" mb="xs">
        <NativeSelect
          aria-label="Spend is told by"
          size="xs"
          value={by}
          onChange={({ currentTarget }) => setBy(CHOICES.find((one) => one === currentTarget.value) ?? 'user')}
          data={CHOICES.map((value) => ({ value, label: `By ${headOf(value).toLowerCase()}` }))}
        />
      </Group>
      {plot ? (
        <TimePlot plot={plot} />
      ) : told.error ? (
        <Failure title="Spend could not be loaded" error={told.error} onRetry={() => told.refetch()} />
      ) : (
        <Waiting what="spend" />
      )}
    </Card>
  );
}
