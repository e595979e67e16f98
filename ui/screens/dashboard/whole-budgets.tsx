import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { forecastsQuery } from '../../api/burn-down.ts';
import { houseQuery } from '../../api/house.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import { sayLimit } from '../../budgets/budget-words.ts';
import { stateOf } from '../../budgets/scope-state.ts';

const REFRESH_MS = 15_000;

/** The budgets that hold for the whole organisation, and when each is expected to run out. */
export function WholeBudgets() {
  const house = useQuery({ ...houseQuery, refetchInterval: REFRESH_MS });
  const forecasts = useQuery(forecastsQuery);
  const whole = (house.data?.budgets ?? []).filter(
    ({ budget }) => budget.scope.length === 0 && budget.project === null,
  );
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="whole-budgets">
      <Title order={2} mb="sm" id="whole-budgets">
        Budgets of the whole organisation
      </Title>
      {house.data ? (
        whole.length === 0 ? (
          <Text size="sm" c="dimmed">
            None holds for the whole organisation, so nothing stops its spending as a whole.{' '}
            <TextLink to="/budgets" size="sm" underline="always">
              See all budgets
            </TextLink>
          </Text>
        ) : (
          <Stack gap="md">
            {whole.map(({ budget, use }) => (
              <div key={budget.id}>
                <BudgetBar
                  words={budget.name}
                  unit={budget.unit}
                  state={stateOf(
                    budget,
                    '',
                    use.find(({ scope }) => scope === ''),
                  )}
                  title={
                    <TextLink to="/budgets/$budget" params={{ budget: budget.id }} inherit>
                      {budget.name}, {sayLimit(budget)}
                    </TextLink>
                  }
                />
                <Text size="sm">{forecasts.data?.find((one) => one.budget === budget.id)?.words ?? ''}</Text>
              </div>
            ))}
          </Stack>
        )
      ) : house.error ? (
        <Failure title="The budgets could not be loaded" error={house.error} onRetry={() => house.refetch()} />
      ) : (
        <Waiting what="the budgets" />
      )}
    </Card>
  );
}
