import { Alert, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Grant } from '../../../policies/access/grants.ts';
import { invite, type MadeInvitation, refreshPeople } from '../../api/people.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { GrantsInput, VIEWER } from '../../app/grants-input.tsx';
import { ShownOnceDialog } from '../../app/shown-once-dialog.tsx';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Props {
  /** Whether invitations are sent by e-mail. */
  readonly canMail: boolean;
  readonly onClose: () => void;
}

/** Invites somebody, and shows the link once. */
export function InviteDialog({ canMail, onClose }: Props) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [grants, setGrants] = useState<readonly Grant[]>([VIEWER]);
  const [tried, setTried] = useState(false);
  const inviting = useMutation({
    mutationFn: () => invite(email.trim(), grants),
    onSuccess: () => refreshPeople(client),
  });
  const error = EMAIL.test(email.trim()) ? null : 'Enter the e-mail address that they will sign in with.';
  const submit = (): void => {
    setTried(true);
    if (error === null) inviting.mutate();
  };
  if (inviting.data) return <Made made={inviting.data} onClose={onClose} />;
  return (
    <FormDialog
      title="Invite somebody"
      size="lg"
      act="Make the invitation"
      error={inviting.error}
      pending={inviting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="E-mail"
        type="email"
        required
        data-autofocus
        maxLength={320}
        value={email}
        error={tried ? error : null}
        onChange={({ currentTarget }) => setEmail(currentTarget.value)}
      />
      <GrantsInput label="They come as" value={grants} onChange={setGrants} />
      <Text size="sm" c="dimmed">
        {canMail
          ? 'The invitation is sent by e-mail, and you see its link as well.'
          : 'You get a link to hand on. This gateway sends no e-mail yet: its administrator can set that up.'}
      </Text>
    </FormDialog>
  );
}

function Made({
  made: { invitation, page, sent },
  onClose,
}: {
  readonly made: MadeInvitation;
  readonly onClose: () => void;
}) {
  return (
    <ShownOnceDialog
      title={`The invitation for ${invitation.email}`}
      label="The link"
      copy="Copy the link"
      text={`${window.location.origin}${page}`}
      words="Copy this link now and hand it to nobody but them: it is shown this once, works once, and for seven days. Whoever opens it chooses a name and a password."
      onClose={onClose}
    >
      {sent === null ? null : (
        <Alert
          variant="light"
          role="status"
          color={sent.ok ? 'teal' : 'red'}
          title={sent.ok ? 'The invitation is on its way' : 'The invitation could not be sent'}
        >
          {sent.words}
        </Alert>
      )}
    </ShownOnceDialog>
  );
}
