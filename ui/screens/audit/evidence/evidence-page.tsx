import '../audit.css';
import { Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useIsFetching, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { auditStateQuery } from '../../../api/audit.ts';
import { changesTable } from '../../../api/audit-desk.ts';
import { FLAGS } from '../../../api/audit-kinds.ts';
import { useMayEverywhere } from '../../../api/may.ts';
import type { ReviewedShown } from '../../../app/addresses.ts';
import { Failure } from '../../../app/failure.tsx';
import { Screen } from '../../../app/screen.tsx';
import { Section } from '../../../app/section.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { plural, sayCount, sayMoment } from '../../../app/words.ts';
import { FLAG_WORDS } from '../flag-words.ts';
import { KIND_WORDS } from '../kind-words.ts';
import { useNames } from '../names.ts';
import { ProofState } from '../proof-state.tsx';
import { filterOf } from '../reviewed.ts';
import { SaveTable } from '../save-table.tsx';
import { sayShownTime, spanOf } from '../shown-time.ts';
import { TakeAlong } from '../take-along.tsx';
import { AccessThen } from './access-then.tsx';
import { ChangeInFull } from './change-in-full.tsx';
import { LiveThen } from './live-then.tsx';
import { useAllChanges } from './use-all-changes.ts';

const route = getRouteApi('/audit/evidence');

/** The evidence of a time, made to be printed: everything of it, and not only what a page shows. */
export function EvidencePage() {
  const shown: ReviewedShown = route.useSearch();
  const [now] = useState(() => Date.now());
  const names = useNames();
  const state = useQuery(auditStateQuery);
  const mayReview = useMayEverywhere()('read people');
  const { changes, counts, done, all, error, again } = useAllChanges(shown, now);
  const isLoading = useIsFetching() > 0 || changes === null;
  const { to = now } = spanOf(shown, now);
  const flagged = FLAGS.filter((flag) => counts[flag]);
  const narrowed = [
    ...(shown.who === undefined ? [] : [`only what ${names.authorOf(shown.who)} did`]),
    ...(shown.policy === undefined ? [] : [`only the policy ${names.nameOf(shown.policy)}`]),
    ...(shown.kind === undefined ? [] : [`only ${KIND_WORDS[shown.kind]}`]),
    ...(shown.flag === undefined ? [] : [`only those ${FLAG_WORDS[shown.flag].many}`]),
  ];
  return (
    <Screen title="Evidence of changes">
      <Stack gap="lg" className="audit-page">
        <Text className="audit-screen-only">
          <TextLink to="/audit" search={shown}>
            Back to the changes
          </TextLink>
        </Text>
        <Text>
          Time: {sayShownTime(shown)}
          {narrowed.length === 0 ? '' : `; ${narrowed.join('; ')}`}. Put together on {sayMoment(now)}.
        </Text>
        <Section title="Contents">
          <List type="ordered">
            <List.Item>How far the past is proved</List.Item>
            <List.Item>
              {changes === null ? 'Every change' : plural(changes.length, 'change')}, each with who made it, when and
              why, who approved it, and what it changed
            </List.Item>
            <List.Item>Which policies were live at the end of the time</List.Item>
            <List.Item>Who could do what at the end of the time</List.Item>
            <List.Item>
              How to check it elsewhere: the signed file of the same time, and the same changes as a table
            </List.Item>
          </List>
          <Group gap="md" className="audit-screen-only">
            <Button
              leftSection={<IconPrinter size={18} aria-hidden />}
              loading={isLoading && error === null}
              onClick={() => window.print()}
            >
              Print the evidence
            </Button>
            <SaveTable
              name="signalbox-changes.csv"
              take={() => changesTable(filterOf(shown), spanOf(shown, Date.now()))}
            />
          </Group>
        </Section>
        <Section title="1. How far the past is proved">{state.data ? <ProofState state={state.data} /> : null}</Section>
        <div className="audit-new-page">
          <Section title="2. Changes">
            {error ? (
              <Failure title="The changes could not be loaded" error={error} onRetry={again} />
            ) : changes === null ? (
              <div>
                <Text size="sm" mb={4} role="status">
                  {all === 0 ? 'Loading the changes …' : `${sayCount(done)} of ${plural(all, 'change')} loaded …`}
                </Text>
                <Progress value={all === 0 ? 0 : (done / all) * 100} aria-label="Changes loaded" />
              </div>
            ) : (
              <>
                <Text>
                  {plural(changes.length, 'change')}.{' '}
                  {flagged.length === 0
                    ? 'There is nothing to look at first.'
                    : `First come those to look at: ${flagged.map((flag) => `${sayCount(counts[flag])} ${FLAG_WORDS[flag].many}`).join('; ')}.`}
                </Text>
                <ol className="audit-entries" aria-label="Changes">
                  {changes.map((change) => (
                    <ChangeInFull key={change.sequence} change={change} names={names} />
                  ))}
                </ol>
              </>
            )}
          </Section>
        </div>
        <div className="audit-new-page">
          <Section title={`3. Policies that were live at ${sayMoment(to)}`}>
            <LiveThen at={to} names={names} />
          </Section>
        </div>
        <div className="audit-new-page">
          <Section title={`4. Who could do what at ${sayMoment(to)}`}>
            {mayReview ? (
              <AccessThen at={to} names={names} />
            ) : (
              <Text>Your roles do not let you see what others may do: ask an admin for this part.</Text>
            )}
          </Section>
        </div>
        {state.data ? <TakeAlong shown={shown} publicKey={state.data.publicKey} /> : null}
      </Stack>
    </Screen>
  );
}
