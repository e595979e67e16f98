import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword, refreshAccount } from '../../api/account.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { Section } from '../../app/section.tsx';
import { passwordError } from './password-error.ts';

/** Changes one's password. */
export function PasswordSection() {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const errors = {
    current: current === '' ? 'Enter the password that you have now.' : null,
    password: passwordError(password),
  };
  const saving = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: async () => {
      setCurrent('');
      setPassword('');
      setTried(false);
      await refreshAccount(client);
      notifications.show({ message: 'Your password is changed, and you are signed out everywhere else.' });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) saving.mutate();
  };
  return (
    <Section title="Password">
      <Text size="sm" c="dimmed">
        With another password you are signed out everywhere but here.
      </Text>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm" maw={420} align="stretch">
          <PasswordInput
            label="The password that you have now"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password that you have now' }}
            value={current}
            error={tried ? errors.current : null}
            onChange={({ currentTarget }) => setCurrent(currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters. A few words in a row are easy to keep."
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the new password' }}
            value={password}
            error={tried ? errors.password : null}
            onChange={({ currentTarget }) => setPassword(currentTarget.value)}
          />
          <Refused error={saving.error} />
          <Button type="submit" variant="default" loading={saving.isPending} style={{ alignSelf: 'flex-start' }}>
            Change the password
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
