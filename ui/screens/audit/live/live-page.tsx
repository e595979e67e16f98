import '../audit.css';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { policiesThenQuery } from '../../../api/audit-desk.ts';
import { Failure } from '../../../app/failure.tsx';
import { Screen } from '../../../app/screen.tsx';
import { Section } from '../../../app/section.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { sayMoment } from '../../../app/words.ts';
import { AuditNav } from '../audit-nav.tsx';
import { MomentChoice } from '../moment-choice.tsx';
import { useNames } from '../names.ts';
import { PrintButton } from '../print-button.tsx';
import { useMoment } from '../use-moment.ts';
import { PoliciesTable } from './policies-table.tsx';
import { ProjectsTable } from './projects-table.tsx';

const route = getRouteApi('/audit/live');

/** Which policy was live at a moment: for each project, and for all policies. */
export function LivePage() {
  const { at: asked } = route.useSearch();
  const navigate = useNavigate({ from: '/audit/live' });
  const at = useMoment(asked);
  const then = useQuery(policiesThenQuery(at));
  const names = useNames();
  return (
    <Screen title="What was live" aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        <MomentChoice key={at} at={at} onMoment={(moment) => navigate({ to: '/audit/live', search: { at: moment } })} />
        {then.data ? (
          <Stack gap="lg" style={{ opacity: then.isPlaceholderData ? 0.5 : 1 }} aria-busy={then.isPlaceholderData}>
            <Section title={`Where requests went at ${sayMoment(at)}`}>
              <Text c="dimmed" maw={760}>
                Requests that named no policy went to the one of their project, or else to the one of the organisation.
                This is worked out from the history.
              </Text>
              <ProjectsTable then={then.data} names={names} />
            </Section>
            <Section title="Every policy that was live then">
              <PoliciesTable then={then.data} names={names} />
            </Section>
          </Stack>
        ) : then.error ? (
          <Failure title="What was live could not be loaded" error={then.error} onRetry={() => then.refetch()} />
        ) : (
          <Waiting what="what was live" />
        )}
      </Stack>
    </Screen>
  );
}
