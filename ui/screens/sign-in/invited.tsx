import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ROLES } from '../../../policies/access/roles.ts';
import { acceptInvitation, invitedQuery } from '../../api/people.ts';
import { type NextStep, signIn } from '../../api/session.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { passwordError } from '../account/password-error.ts';

/** Takes an invitation: a name and a password, and one is in. */
export default function Invited() {
  const client = useQueryClient();
  const navigate = useNavigate();
  // Read once, since the address is cleared of it.
  const [token] = useState(() => window.location.hash.slice(1));
  const invited = useQuery(invitedQuery(token));
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const errors = {
    name: name.trim() === '' ? 'Say how you are called here.' : null,
    password: passwordError(password),
    again: again === password ? null : 'It is not the same as above.',
  };
  const accepting = useMutation({
    mutationFn: async (): Promise<NextStep> => {
      await acceptInvitation(token, name.trim(), password);
      return signIn(client, invited.data?.email ?? '', password);
    },
    // Where codes have to be set up first, the sign-in leads there.
    onSuccess: () => navigate({ to: '/', hash: '', replace: true }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) accepting.mutate();
  };
  if (invited.error) {
    return (
      <Stack gap="md">
        <Alert variant="light" color="red" role="alert" title="The invitation was not taken">
          {invited.error.message}
        </Alert>
        <Button variant="default" onClick={() => void navigate({ to: '/', hash: '', replace: true })}>
          To the sign-in
        </Button>
      </Stack>
    );
  }
  if (!invited.data) return <Waiting what="your invitation" />;
  const { email, grants, organisation } = invited.data;
  const roles = new Intl.ListFormat('en').format(
    grants.map(({ role }) => `${ROLES[role].title}, who ${ROLES[role].says}`),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm">{`${organisation} uses Signalbox to steer its AI traffic. You come as ${roles}.`}</Text>
        <TextInput label="E-mail" readOnly name="email" autoComplete="username" value={email} />
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          required
          withAsterisk={false}
          maxLength={120}
          value={name}
          error={tried ? errors.name : null}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          description="At least 10 characters. A few words in a row are easy to keep."
          name="password"
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          value={password}
          error={tried ? errors.password : null}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <PasswordInput
          label="The password again"
          name="again"
          autoComplete="new-password"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password again' }}
          value={again}
          error={tried ? errors.again : null}
          onChange={({ currentTarget }) => setAgain(currentTarget.value)}
        />
        <Refused error={accepting.error} />
        <Button type="submit" loading={accepting.isPending}>
          Make my account
        </Button>
      </Stack>
    </form>
  );
}
