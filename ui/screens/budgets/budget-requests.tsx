import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { budgetRequestsQuery } from '../../api/budget-requests.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { MoreButton } from '../../app/more-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { plural } from '../../app/words.ts';
import { AskedForMore } from '../../budgets/asked-for-more.tsx';
import { useBudgetHouse } from '../../budgets/use-budget-house.ts';

/** Answered ones that are shown at once. */
const PAGE = 20;

/** Everything that people have asked for, those without an answer first. */
export function BudgetRequests() {
  const { house, error, retry } = useBudgetHouse();
  const asked = useQuery({ ...budgetRequestsQuery, refetchInterval: 30_000 });
  const [shown, setShown] = useState(PAGE);
  const failed = error ?? asked.error;
  if (!house || !asked.data) {
    return (
      <Screen title="Requests for more" aside={<TextLink to="/budgets">All budgets</TextLink>}>
        {failed ? (
          <Failure
            title="The requests for more could not be loaded"
            error={failed}
            onRetry={() => {
              retry();
              void asked.refetch();
            }}
          />
        ) : (
          <Waiting what="the requests for more" />
        )}
      </Screen>
    );
  }
  const open = asked.data.filter(({ state }) => state === 'open');
  const answered = asked.data.filter(({ state }) => state !== 'open');
  const given = {
    budgets: house.answer.budgets.map(({ budget }) => budget),
    keyNames: house.keyNames,
    named: true,
  };
  return (
    <Screen title="Requests for more" aside={<TextLink to="/budgets">All budgets</TextLink>}>
      {asked.data.length === 0 ? (
        <Empty title="Nobody has asked for more yet">
          Whoever is refused because a budget is spent gets a link to it, and can ask for more there.
        </Empty>
      ) : (
        <>
          <Stack component="section" gap="sm" aria-label="Waiting for an answer">
            <Title order={2}>Waiting for an answer</Title>
            {open.length === 0 ? (
              <Text c="dimmed">All {plural(answered.length, 'request')} have their answer.</Text>
            ) : (
              <AskedForMore requests={open} {...given} />
            )}
          </Stack>
          {answered.length === 0 ? null : (
            <Stack component="section" gap="sm" aria-label="Answered">
              <Title order={2}>Answered</Title>
              <AskedForMore requests={answered.slice(0, shown)} {...given} />
              <MoreButton left={answered.length - shown} onMore={() => setShown(shown + PAGE)} />
            </Stack>
          )}
        </>
      )}
    </Screen>
  );
}
