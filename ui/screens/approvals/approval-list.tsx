import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { approvalsQuery, emergenciesQuery, useOwnId } from '../../api/approvals.ts';
import { waitingQuery } from '../../api/waiting-approvals.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { MoreButton } from '../../app/more-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { EmergencyCard } from './emergency-card.tsx';
import { OrganisationRule } from './organisation-rule.tsx';
import { RequestCard } from './request-card.tsx';
import { isOpen } from './request-words.ts';

/** Ended ones that are shown at once. */
const PAGE = 10;

/** What waits for approval, for me first, and what was published in an emergency. */
export function ApprovalList() {
  const requests = useQuery({ ...approvalsQuery, refetchInterval: 30_000 });
  const emergencies = useQuery({ ...emergenciesQuery, refetchInterval: 30_000 });
  const answers = useQuery({ ...waitingQuery, refetchInterval: 30_000 }).data?.answers ?? [];
  const me = useOwnId();
  const [shown, setShown] = useState(PAGE);
  if (!requests.data || !emergencies.data) {
    const error = requests.error ?? emergencies.error;
    return (
      <Screen title="Approvals">
        {error ? (
          <Failure
            title="The approvals could not be loaded"
            error={error}
            onRetry={() => Promise.all([requests.refetch(), emergencies.refetch()])}
          />
        ) : (
          <Waiting what="the approvals" />
        )}
      </Screen>
    );
  }
  const open = requests.data.filter(isOpen);
  const forMe = open.filter(({ waitingFor, state }) => state === 'open' && waitingFor.includes(me ?? ''));
  const answered = requests.data.filter(({ id }) => answers.includes(id));
  const rest = requests.data.filter((one) => !forMe.includes(one) && !answered.includes(one));
  const mine = rest.filter((one) => isOpen(one) && one.author === me);
  const others = rest.filter((one) => isOpen(one) && one.author !== me);
  const ended = rest.filter((one) => !isOpen(one));
  const flagged = emergencies.data.filter(({ followedUpAt }) => followedUpAt === null);
  const followed = emergencies.data.filter(({ followedUpAt }) => followedUpAt !== null);
  const past = ended.length + followed.length;
  const isEmpty = requests.data.length + emergencies.data.length === 0;
  return (
    <Screen title="Approvals">
      {isEmpty ? (
        <Empty title="Nobody has asked for approval yet">
          <Text mb="md">
            Where a policy’s rule asks for approvals, whoever wants to publish a draft asks for them, and it waits here.
          </Text>
          <TextLink to="/policies">Choose a policy to publish</TextLink>
        </Empty>
      ) : (
        <>
          <Section title="Waiting for you">
            {forMe.length === 0 ? (
              <Text c="dimmed">Nothing: you have answered everything that you can.</Text>
            ) : (
              <List label="Waiting for you">
                {forMe.map((request) => (
                  <RequestCard key={request.id} request={request} />
                ))}
              </List>
            )}
          </Section>
          {answered.length === 0 ? null : (
            <Section title="Answers to what you asked">
              <List label="Answers to what you asked">
                {answered.map((request) => (
                  <RequestCard key={request.id} request={request} />
                ))}
              </List>
            </Section>
          )}
          {flagged.length === 0 ? null : (
            <Section title="Emergencies to follow up">
              <List label="Emergencies to follow up">
                {flagged.map((emergency) => (
                  <EmergencyCard key={`${emergency.policy} ${emergency.version}`} emergency={emergency} />
                ))}
              </List>
            </Section>
          )}
          {mine.length === 0 ? null : (
            <Section title="Asked by you">
              <List label="Asked by you">
                {mine.map((request) => (
                  <RequestCard key={request.id} request={request} />
                ))}
              </List>
            </Section>
          )}
          {others.length === 0 ? null : (
            <Section title="Under way">
              <List label="Under way">
                {others.map((request) => (
                  <RequestCard key={request.id} request={request} />
                ))}
              </List>
            </Section>
          )}
          {past === 0 ? null : (
            <Section title="Ended">
              <List label="Ended">
                {ended.slice(0, shown).map((request) => (
                  <RequestCard key={request.id} request={request} />
                ))}
                {followed.slice(0, shown).map((emergency) => (
                  <EmergencyCard key={`${emergency.policy} ${emergency.version}`} emergency={emergency} />
                ))}
              </List>
              <MoreButton
                left={Math.max(ended.length, followed.length) - shown}
                onMore={() => setShown(shown + PAGE)}
              />
            </Section>
          )}
        </>
      )}
      <OrganisationRule />
    </Screen>
  );
}

function List({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }} aria-label={label}>
      {children}
    </Stack>
  );
}
