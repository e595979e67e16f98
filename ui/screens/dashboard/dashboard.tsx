import './dashboard.css';
import { Group, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { windowAt } from '../../../policies/budget.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { timeZoneQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { OwnPart, useOwnTeams } from '../../app/own-part.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { TimeFigures } from '../../usage/time-figures.tsx';
import { Attention } from './attention.tsx';
import { Now } from './now.tsx';
import { OwnBudgets } from './own-budgets.tsx';
import { Spend } from './spend.tsx';
import { WholeBudgets } from './whole-budgets.tsx';

/** What is going on: spend of today and of the month, what happens now, what needs attention, and spend over time. */
export function Dashboard() {
  const zone = useQuery(timeZoneQuery);
  const isWhole = useMayEverywhere()('read usage');
  const teams = useOwnTeams();
  const aside = (
    <Group gap="sm">
      {teams.map((team) => (
        <LinkButton key={team} to="/teams/$team" params={{ team }} variant="default">
          Team {team}
        </LinkButton>
      ))}
      <LinkButton to="/sessions" variant="default">
        Runs of agents
      </LinkButton>
      <LinkButton to="/usage" variant="default">
        Explore usage
      </LinkButton>
    </Group>
  );
  return (
    <Screen title="Overview" aside={aside}>
      {isWhole ? null : <OwnPart>Everything on this page is of what you may see, and of nothing else.</OwnPart>}
      {zone.data ? (
        <Parts timeZone={zone.data} />
      ) : zone.error ? (
        <Failure title="The overview could not be loaded" error={zone.error} onRetry={() => zone.refetch()} />
      ) : (
        <Waiting what="the overview" />
      )}
    </Screen>
  );
}

function Parts({ timeZone }: { readonly timeZone: string }) {
  const seesAllBudgets = useMayEverywhere()('read budget');
  const now = Date.now();
  const [day, month] = [windowAt('day', timeZone, now).start, windowAt('month', timeZone, now).start];
  const monthWords = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone }).format(now);
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="lg">
        <TimeFigures title="Today" timeZone={timeZone} from={day} />
        <TimeFigures title={`This month, ${monthWords}`} timeZone={timeZone} from={month} />
        {seesAllBudgets ? <WholeBudgets /> : <OwnBudgets />}
      </SimpleGrid>
      <div className="now-and-attention">
        <Now />
        <Attention />
      </div>
      <Spend timeZone={timeZone} />
    </>
  );
}
