import { Card, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { alertsQuery } from '../../api/alerts.ts';
import { budgetRequestsQuery } from '../../api/budget-requests.ts';
import { forecastsQuery } from '../../api/burn-down.ts';
import { useMay } from '../../api/may.ts';
import { unpricedQuery } from '../../api/prices.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural, sayShare } from '../../app/words.ts';
import { sayScope } from '../../budgets/budget-words.ts';
import { shareOf, standingOf, statesOf } from '../../budgets/scope-state.ts';
import { useBudgetHouse } from '../../budgets/use-budget-house.ts';

const REFRESH_MS = 30_000;
/** Budgets that are named; the others are on their own page. */
const MOST_BUDGETS = 4;
/** Messages of a page: more of them are there, and how many is not known. */
const PAGE = 50;

/** What somebody should look at: budgets that run out, wishes for more, messages that did not arrive, unknown prices. */
export function Attention() {
  const { house, error: houseError, retry } = useBudgetHouse();
  const forecasts = useQuery({ ...forecastsQuery, refetchInterval: REFRESH_MS });
  const asked = useQuery({ ...budgetRequestsQuery, refetchInterval: REFRESH_MS });
  const maySeeAlerts = useMay()('read alert');
  const alerts = useInfiniteQuery({
    ...alertsQuery({ state: 'failed' }),
    refetchInterval: REFRESH_MS,
    enabled: maySeeAlerts,
  });
  const unpriced = useQuery(unpricedQuery);
  const queries = [forecasts, asked, alerts, unpriced];
  const error = houseError ?? queries.find((one) => one.error)?.error;

  const items: ReactNode[] = [];
  if (house && forecasts.data) {
    const told = new Map(forecasts.data.map((one) => [`${one.budget} ${one.scope}`, one]));
    const pressed = house.answer.budgets
      .flatMap((entry) => statesOf(entry).map((state) => ({ budget: entry.budget, state })))
      .map((one) => ({ ...one, outlook: told.get(`${one.budget.id} ${one.state.scope}`) }))
      .filter(({ state, outlook }) => standingOf(state) !== 'fine' || typeof outlook?.runsOutAt === 'number')
      .sort((a, b) => shareOf(b.state) - shareOf(a.state));
    for (const { budget, state, outlook } of pressed.slice(0, MOST_BUDGETS)) {
      items.push(
        <li key={`${budget.id} ${state.scope}`}>
          <TextLink
            to="/budgets/$budget"
            params={{ budget: budget.id }}
            search={state.scope === '' ? {} : { scope: state.scope }}
            size="sm"
            fw={600}
          >
            {budget.name}: {sayScope(budget.scope, state.scope, house.keyNames)}
          </TextLink>
          <Text size="sm">
            {sayShare(shareOf(state))} is used. {outlook?.words ?? ''}
          </Text>
        </li>,
      );
    }
    if (pressed.length > MOST_BUDGETS) {
      items.push(
        <li key="more budgets">
          <TextLink to="/budgets" size="sm">
            {plural(pressed.length - MOST_BUDGETS, 'more part')} of budgets
          </TextLink>
        </li>,
      );
    }
  }
  const open = asked.data?.filter(({ state }) => state === 'open').length ?? 0;
  if (open > 0) {
    items.push(
      <li key="asked">
        <TextLink to="/budgets/requests" size="sm" fw={600}>
          {plural(open, 'request')} for more
        </TextLink>
        <Text size="sm">Somebody asked for more of a budget and waits for an answer.</Text>
      </li>,
    );
  }
  const failed = alerts.data?.pages[0]?.alerts.length ?? 0;
  if (failed > 0) {
    items.push(
      <li key="alerts">
        <TextLink to="/alerts" search={{ state: 'failed' }} size="sm" fw={600}>
          {failed < PAGE ? plural(failed, 'message') : `${PAGE} messages or more`} not delivered
        </TextLink>
        <Text size="sm">Those who should know of something were not told.</Text>
      </li>,
    );
  }
  const used = unpriced.data?.filter(({ requests, refused }) => requests + refused > 0) ?? [];
  const idle = (unpriced.data?.length ?? 0) - used.length;
  if (used.length + idle > 0) {
    items.push(
      <li key="unpriced">
        <TextLink to="/models" size="sm" fw={600}>
          {plural(used.length + idle, 'model')} without a price
        </TextLink>
        <Text size="sm">
          {used.length === 0
            ? 'Nobody has asked for them in the last 30 days; a budget in dollars would refuse that.'
            : `${used
                .map(({ id }) => id)
                .slice(0, 3)
                .join(', ')}: what requests to them cost is not known.`}
        </Text>
      </li>,
    );
  }
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="attention">
      <Title order={2} id="attention" mb="xs">
        Needs attention
      </Title>
      {error ? (
        <Failure
          title="Not all of it could be loaded"
          error={error}
          onRetry={() => {
            retry();
            for (const one of queries) if (one.isEnabled) void one.refetch();
          }}
        />
      ) : null}
      {items.length > 0 ? (
        <ul className="attention">{items}</ul>
      ) : error ? null : house === null || queries.some(({ isLoading }) => isLoading) ? (
        <Waiting what="what needs attention" />
      ) : (
        <Text size="sm" c="dimmed">
          Nothing does: all budgets last, nobody waits for an answer,{maySeeAlerts ? ' all messages arrived,' : ''} and
          every model has a price.
        </Text>
      )}
    </Card>
  );
}
