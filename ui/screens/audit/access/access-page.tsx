import '../audit.css';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { accessTable, accessThenQuery } from '../../../api/audit-desk.ts';
import { Failure } from '../../../app/failure.tsx';
import { Screen } from '../../../app/screen.tsx';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { Waiting } from '../../../app/waiting.tsx';
import { plural, sayMoment } from '../../../app/words.ts';
import { AuditNav } from '../audit-nav.tsx';
import { MomentChoice } from '../moment-choice.tsx';
import { useNames } from '../names.ts';
import { PrintButton } from '../print-button.tsx';
import { SaveTable } from '../save-table.tsx';
import { useMoment } from '../use-moment.ts';
import { KeysTable } from './keys-table.tsx';
import { PeopleTable } from './people-table.tsx';

const route = getRouteApi('/audit/access');

/** Who could draw, approve, publish, read what was said and give access at a moment. */
export function AccessPage() {
  const { at: asked } = route.useSearch();
  const navigate = useNavigate({ from: '/audit/access' });
  const at = useMoment(asked);
  const then = useQuery(accessThenQuery(at));
  const names = useNames();
  const day = new Date(at).setHours(0, 0, 0, 0);
  return (
    <Screen title="Who could do what" aside={<PrintButton />}>
      <Stack gap="lg" className="audit-page">
        <AuditNav />
        <MomentChoice
          key={at}
          at={at}
          onMoment={(moment) => navigate({ to: '/audit/access', search: { at: moment } })}
        />
        {then.data ? (
          <Stack gap="lg" style={{ opacity: then.isPlaceholderData ? 0.5 : 1 }} aria-busy={then.isPlaceholderData}>
            <Section title={`People and programs at ${sayMoment(at)}`}>
              <Text c="dimmed" maw={760}>
                {plural(then.data.people.length, 'account')}, worked out from the history: every account that was made,
                every role that was given or taken, and every token.
              </Text>
              <PeopleTable people={then.data.people} names={names} />
            </Section>
            <Section title="API keys that were in use">
              <KeysTable keys={then.data.keys} names={names} />
            </Section>
            <div className="audit-screen-only">
              <TextLink to="/audit" search={{ kind: 'access', from: day, to: day + 86_400_000 }}>
                What changed in access on that day
              </TextLink>
            </div>
            <SaveTable name="signalbox-access.csv" take={() => accessTable(at)} />
          </Stack>
        ) : then.error ? (
          <Failure title="Who could do what could not be loaded" error={then.error} onRetry={() => then.refetch()} />
        ) : (
          <Waiting what="who could do what" />
        )}
      </Stack>
    </Screen>
  );
}
