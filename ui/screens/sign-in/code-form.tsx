import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { enter, sendCode } from '../../api/session.ts';
import { NotIn } from './not-in.tsx';

/** The second step: a code of an app, or a recovery code. */
export function CodeForm({ onBack }: { readonly onBack: () => void }) {
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const sending = useMutation({
    mutationFn: () => sendCode(code.trim()),
    onSuccess: ({ session }) => enter(client, session),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sending.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <NotIn error={sending.error} />
        <Text size="sm">
          Your password is right. Now enter the six digits that your app shows for Signalbox, or one of your recovery
          codes.
        </Text>
        <TextInput
          label="Code"
          name="code"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          autoFocus
          maxLength={100}
          value={code}
          onChange={({ currentTarget }) => setCode(currentTarget.value)}
        />
        <Group grow>
          <Button variant="default" onClick={onBack}>
            Begin again
          </Button>
          <Button type="submit" loading={sending.isPending}>
            Sign in
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
