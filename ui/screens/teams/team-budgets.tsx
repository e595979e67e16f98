import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { budgetRequestsQuery } from '../../api/budget-requests.ts';
import { forecastsQuery } from '../../api/burn-down.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { AskedForMore } from '../../budgets/asked-for-more.tsx';
import { BudgetBar } from '../../budgets/budget-bar.tsx';
import { teamFinder } from '../../budgets/budget-tree.ts';
import { OPEN_WINDOW_WORDS, sayScope } from '../../budgets/budget-words.ts';
import { type BudgetHouse, useBudgetHouse } from '../../budgets/use-budget-house.ts';
import { budgetsOfTeam } from './budgets-of-team.ts';

/** What is left of a team's budgets, when each is expected to run out, and a way to ask for more. */
export function TeamBudgets({ team }: { readonly team: string }) {
  const { house, error, retry } = useBudgetHouse();
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="team-budgets">
      <Title order={2} mb="sm" id="team-budgets">
        Budgets
      </Title>
      {house ? (
        <Found house={house} team={team} />
      ) : error ? (
        <Failure title="The budgets could not be loaded" error={error} onRetry={retry} />
      ) : (
        <Waiting what="the budgets" />
      )}
    </Card>
  );
}

function Found({ house: { answer, keyNames }, team }: { readonly house: BudgetHouse; readonly team: string }) {
  const forecasts = useQuery(forecastsQuery);
  const asked = useQuery(budgetRequestsQuery);
  const scopes = budgetsOfTeam(answer.budgets, team, teamFinder(answer));
  if (scopes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No budget is of this team alone; those of the whole organisation hold for it.{' '}
        <TextLink to="/budgets" size="sm" underline="always">
          See all budgets
        </TextLink>
      </Text>
    );
  }
  const isOurs = (budget: string, scope: string): boolean =>
    scopes.some((one) => one.budget.id === budget && one.state.scope === scope);
  const open = asked.data?.filter((one) => one.state === 'open' && isOurs(one.budget, one.scope)) ?? [];
  return (
    <Stack gap="lg">
      {scopes.map(({ budget, state }) => {
        const words = sayScope(budget.scope, state.scope, keyNames);
        const outlook = forecasts.data?.find((one) => one.budget === budget.id && one.scope === state.scope);
        return (
          <div key={`${budget.id} ${state.scope}`}>
            <BudgetBar
              words={`${budget.name}, ${words}`}
              unit={budget.unit}
              state={state}
              title={
                <TextLink to="/budgets/$budget" params={{ budget: budget.id }} search={{ scope: state.scope }} inherit>
                  {budget.name}, {words}, {OPEN_WINDOW_WORDS[budget.window]}
                </TextLink>
              }
              aside={
                <LinkButton
                  to="/budgets/$budget"
                  params={{ budget: budget.id }}
                  search={{ scope: state.scope, ask: state.scope }}
                  size="xs"
                  variant="default"
                  aria-label={`Ask for more of ${budget.name} for ${words}`}
                >
                  Ask for more
                </LinkButton>
              }
            />
            {outlook ? <Text size="sm">{outlook.words}</Text> : null}
          </div>
        );
      })}
      {open.length === 0 ? null : (
        <div>
          <Title order={3} size="h4" mb="xs">
            Asked for more
          </Title>
          <AskedForMore requests={open} budgets={scopes.map(({ budget }) => budget)} keyNames={keyNames} named />
        </div>
      )}
    </Stack>
  );
}
