import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { forecastsQuery } from '../../api/burn-down.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import { sayScope } from '../../budgets/budget-words.ts';
import { shareOf, statesOf } from '../../budgets/scope-state.ts';
import { type BudgetHouse, useBudgetHouse } from '../../budgets/use-budget-house.ts';

/** Parts of budgets that are named; the others are on their own page. */
const MOST = 3;

/** How the parts of budgets stand that somebody sees whose roles count in some places only; the fullest first. */
export function OwnBudgets() {
  const { house, error, retry } = useBudgetHouse();
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="own-budgets">
      <Title order={2} mb="sm" id="own-budgets">
        Your budgets
      </Title>
      {house ? (
        <Found house={house} />
      ) : error ? (
        <Failure title="The budgets could not be loaded" error={error} onRetry={retry} />
      ) : (
        <Waiting what="the budgets" />
      )}
    </Card>
  );
}

function Found({ house: { answer, keyNames } }: { readonly house: BudgetHouse }) {
  const forecasts = useQuery(forecastsQuery);
  const parts = answer.budgets
    .flatMap(({ budget, use }) => statesOf({ budget, use }).map((state) => ({ budget, state })))
    .sort((a, b) => shareOf(b.state) - shareOf(a.state));
  const left = parts.length - MOST;
  if (parts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was spent from a budget that counts you apart.{' '}
        <TextLink to="/budgets" size="sm" underline="always">
          See your budgets
        </TextLink>
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {parts.slice(0, MOST).map(({ budget, state }) => {
        const words =
          budget.scope.length === 0 ? budget.name : `${budget.name}, ${sayScope(budget.scope, state.scope, keyNames)}`;
        const outlook = forecasts.data?.find((one) => one.budget === budget.id && one.scope === state.scope);
        return (
          <div key={`${budget.id} ${state.scope}`}>
            <BudgetBar
              words={words}
              unit={budget.unit}
              state={state}
              title={
                <TextLink
                  to="/budgets/$budget"
                  params={{ budget: budget.id }}
                  search={state.scope === '' ? {} : { scope: state.scope }}
                  inherit
                >
                  {words}
                </TextLink>
              }
            />
            {outlook ? <Text size="sm">{outlook.words}</Text> : null}
          </div>
        );
      })}
      {left > 0 ? (
        <TextLink to="/budgets" size="sm">
          {plural(left, 'more part')} of budgets
        </TextLink>
      ) : null}
    </Stack>
  );
}
