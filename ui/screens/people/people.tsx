import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { invitationsQuery, listedPeopleQuery } from '../../api/people.ts';
import { sessionQuery } from '../../api/session.ts';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { InvitationTable } from './invitation-table.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { PeopleTable } from './people-table.tsx';
import { RoleTable } from './role-table.tsx';

/** The people of the organisation, and those who are invited. */
export function People() {
  const people = useQuery(listedPeopleQuery);
  const invitations = useQuery(invitationsQuery);
  const { data: session } = useQuery(sessionQuery);
  const mayChange = useMay()('change people');
  const [inviting, setInviting] = useState(false);
  const error = people.error ?? invitations.error;
  const me = session && session.state !== 'out' ? session.session.person?.id : undefined;
  const aside = mayChange ? (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setInviting(true)}>
      Invite somebody
    </Button>
  ) : undefined;
  return (
    <Screen title="People" aside={aside}>
      <Text c="dimmed" maw={760}>
        Who may sign in here, and as what. What people have done stays in the history under an id of their own, also
        after they are removed.
      </Text>
      {people.data && invitations.data ? (
        <>
          <PeopleTable people={people.data} me={me ?? null} mayChange={mayChange} />
          <InvitationTable invitations={invitations.data.invitations} mayChange={mayChange} />
          <RoleTable />
        </>
      ) : error ? (
        <Failure
          title="The people could not be loaded"
          error={error}
          onRetry={() => Promise.all([people.refetch(), invitations.refetch()])}
        />
      ) : (
        <Waiting what="the people" />
      )}
      {inviting ? (
        <InviteDialog canMail={invitations.data?.canMail ?? false} onClose={() => setInviting(false)} />
      ) : null}
    </Screen>
  );
}
