import './audit.css';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { auditStateQuery } from '../../api/audit.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { Entries } from './entries.tsx';
import { EntryFilters } from './entry-filters.tsx';
import { PrintButton } from './print-button.tsx';
import { ProofState } from './proof-state.tsx';
import { sayShownTime } from './shown-time.ts';
import { TakeAlong } from './take-along.tsx';

const route = getRouteApi('/audit');

/** What was changed, by whom and why, and how far that can be proved; for those who review. */
export function AuditPage() {
  const shown = route.useSearch();
  const state = useQuery(auditStateQuery);
  return (
    <Screen title="Audit" aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <Text c="dimmed" maw={760}>
          Every change is an entry of the history: who made it, when and why. Here it is only read.
        </Text>
        {state.data ? (
          <ProofState state={state.data} />
        ) : state.error ? (
          <Failure title="The proof could not be loaded" error={state.error} onRetry={() => state.refetch()} />
        ) : (
          <Waiting what="how far the history is proved" />
        )}
        <Section title="What was done">
          <div className="audit-screen-only">
            <EntryFilters />
          </div>
          <Text className="audit-printed" size="sm">
            Time: {sayShownTime(shown)}. Printed on {sayMoment(Date.now())}.
          </Text>
          <Entries shown={shown} />
        </Section>
        {state.data ? <TakeAlong shown={shown} publicKey={state.data.publicKey} /> : null}
      </Stack>
    </Screen>
  );
}
