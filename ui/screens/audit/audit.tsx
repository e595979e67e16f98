import './audit.css';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { auditStateQuery } from '../../api/audit.ts';
import { changesTable } from '../../api/audit-desk.ts';
import type { ReviewedShown } from '../../app/addresses.ts';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { AuditNav } from './audit-nav.tsx';
import { ChangeFilters } from './change-filters.tsx';
import { Changes } from './changes.tsx';
import { ProofState } from './proof-state.tsx';
import { filterOf } from './reviewed.ts';
import { SaveTable } from './save-table.tsx';
import { spanOf } from './shown-time.ts';
import { TakeAlong } from './take-along.tsx';

const route = getRouteApi('/audit');

/** The desk of somebody who reviews: how far the past is proved, and which changes to look at first. */
export function AuditPage() {
  const shown = route.useSearch();
  const navigate = useNavigate({ from: '/audit' });
  const state = useQuery(auditStateQuery);
  const narrow = (by: Partial<ReviewedShown>): void => {
    void navigate({ to: '/audit', search: { ...shown, ...by }, replace: true });
  };
  return (
    <Screen title="Audit">
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        {state.data ? (
          <ProofState state={state.data} />
        ) : state.error ? (
          <Failure title="The proof could not be loaded" error={state.error} onRetry={() => state.refetch()} />
        ) : (
          <Waiting what="how far the history is proved" />
        )}
        <Section title="Changes">
          <Text c="dimmed" maw={760}>
            What has counted from the moment it was done, whoever did it. Drafts, comments, and what was only looked at
            stand among all entries.
          </Text>
          <ChangeFilters shown={shown} onNarrow={narrow} />
          <Changes shown={shown} onFlag={(flag) => narrow({ flag })} />
          <Group gap="sm">
            <LinkButton to="/audit/evidence" search={shown} size="sm">
              Evidence of these changes
            </LinkButton>
            <SaveTable
              name="signalbox-changes.csv"
              take={() => changesTable(filterOf(shown), spanOf(shown, Date.now()))}
            />
          </Group>
        </Section>
        {state.data ? <TakeAlong shown={shown} publicKey={state.data.publicKey} /> : null}
      </Stack>
    </Screen>
  );
}
