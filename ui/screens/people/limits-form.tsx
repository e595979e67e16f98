import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ROLES, type Role, roleSchema } from '../../../policies/access/roles.ts';
import { refreshSignInSettings, type SignInSettings, setSignInSettings } from '../../api/sign-in-settings.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { Section } from '../../app/section.tsx';

/** A whole number in these limits; not a number for any other text. */
function readWhole(text: string, least: number, most: number): number {
  const value = /^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : Number.NaN;
}

interface Props {
  readonly settings: SignInSettings;
  readonly mayChange: boolean;
}

/** How long sessions hold, and who shows a code after the password. */
export function LimitsForm({ settings, mayChange }: Props) {
  const client = useQueryClient();
  const [hours, setHours] = useState(String(settings.sessionHours));
  const [idle, setIdle] = useState(String(settings.idleMinutes));
  const [codeRoles, setCodeRoles] = useState<readonly Role[]>(settings.codeRoles);
  const sessionHours = readWhole(hours, 1, 720);
  const idleMinutes = readWhole(idle, 5, 43_200);
  const saving = useMutation({
    mutationFn: () => setSignInSettings({ sessionHours, idleMinutes, codeRoles: [...codeRoles] }),
    onSuccess: async () => {
      await refreshSignInSettings(client);
      notifications.show({ message: 'The settings are saved, and count from now on.' });
    },
  });
  const errors = {
    hours: Number.isNaN(sessionHours) ? 'Write a whole number of hours, from 1 to 720 (30 days).' : null,
    idle: Number.isNaN(idleMinutes) ? 'Write a whole number of minutes, from 5 to 43200 (30 days).' : null,
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (errors.hours === null && errors.idle === null) saving.mutate();
  };
  if (!mayChange) {
    const roles = settings.codeRoles.map((role) => ROLES[role].title.toLowerCase()).join(' and ');
    return (
      <Section title="Sessions and codes">
        <Text size="sm">
          {`People sign in again after ${settings.sessionHours} hours, or after ${settings.idleMinutes} minutes in which they did nothing. ${roles === '' ? 'Nobody has to show' : `Everybody who is ${roles} has to show`} a one-time code after the password.`}
        </Text>
      </Section>
    );
  }
  return (
    <Section title="Sessions and codes">
      <form onSubmit={submit} noValidate>
        <Stack gap="md" maw={620}>
          <Group gap="md" grow align="flex-start">
            <TextInput
              label="Hours until people sign in again"
              description="Whatever they do in between."
              inputMode="numeric"
              value={hours}
              error={errors.hours}
              onChange={({ currentTarget }) => setHours(currentTarget.value)}
            />
            <TextInput
              label="Or minutes of doing nothing"
              description="An open page counts as doing something."
              inputMode="numeric"
              value={idle}
              error={errors.idle}
              onChange={({ currentTarget }) => setIdle(currentTarget.value)}
            />
          </Group>
          <Checkbox.Group
            label="Who has to show a one-time code after the password"
            description="Whoever has not set codes up yet does so at the next sign-in. Providers ask for their own."
            value={[...codeRoles]}
            onChange={(values) => setCodeRoles(roleSchema.options.filter((role) => values.includes(role)))}
          >
            <Group mt="xs" gap="lg">
              {roleSchema.options.map((role) => (
                <Checkbox key={role} value={role} label={`${ROLES[role].title}s`} />
              ))}
            </Group>
          </Checkbox.Group>
          <Refused error={saving.error} />
          <Button type="submit" loading={saving.isPending} style={{ alignSelf: 'flex-start' }}>
            Save the settings
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
