import { Button, Group, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changeName, refreshAccount } from '../../api/account.ts';
import { refreshPeople } from '../../api/people.ts';
import { sessionQuery } from '../../api/session.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { Section } from '../../app/section.tsx';

/** How one is called here. */
export function NameSection({ name: known }: { readonly name: string }) {
  const client = useQueryClient();
  const [name, setName] = useState(known);
  const saving = useMutation({
    mutationFn: () => changeName(name.trim()),
    onSuccess: async () => {
      const { queryKey } = sessionQuery;
      await Promise.all([refreshAccount(client), refreshPeople(client), client.invalidateQueries({ queryKey })]);
      notifications.show({ message: 'Your name is changed.' });
    },
  });
  const error = name.trim() === '' ? 'Say how you are called here.' : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (error === null) saving.mutate();
  };
  return (
    <Section title="Name">
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <Group gap="sm" align="flex-end">
            <TextInput
              label="Your name"
              description="It stands beside what you change."
              autoComplete="name"
              maxLength={120}
              w={320}
              value={name}
              error={error}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={saving.isPending} disabled={name.trim() === known}>
              Change the name
            </Button>
          </Group>
          <Refused error={saving.error} />
        </Stack>
      </form>
    </Section>
  );
}
