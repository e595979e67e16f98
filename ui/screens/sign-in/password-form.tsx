import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type NextStep, signIn } from '../../api/session.ts';
import { NotIn } from './not-in.tsx';

interface Props {
  /** What stands in the field at first. */
  readonly email: string;
  readonly onNext: (next: NextStep) => void;
}

/** E-mail and password; says in words why they were not taken. */
export function PasswordForm({ email: known, onNext }: Props) {
  const client = useQueryClient();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const entering = useMutation({ mutationFn: () => signIn(client, email.trim(), password), onSuccess: onNext });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    entering.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <NotIn error={entering.error} />
        <TextInput
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          withAsterisk={false}
          data-autofocus={known === '' ? true : undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus={known === '' ? undefined : true}
          visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password' }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={entering.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
