import { Checkbox, Input, NativeSelect, SegmentedControl, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  CHANNEL_KINDS,
  type Channel,
  type ChannelKind,
  type ChannelTarget,
  changeChannel,
  createChannel,
  refreshAlerts,
  TOPICS,
  type Topic,
} from '../../api/alerts.ts';
import type { Named } from '../../api/projects.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { KIND_WORDS, TOPIC_WORDS } from './alert-words.ts';

/** A day, in minutes. */
const LONGEST_QUIET = 1440;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface Props {
  /** The one that is changed; null for a new one. */
  readonly channel: Channel | null;
  readonly teams: readonly Named[];
  /** Whether a mail server is set up. */
  readonly canMail: boolean;
  /** Called with the channel, and with the secret of a new webhook. */
  readonly onDone: (channel: Channel, secret: string | null) => void;
  readonly onClose: () => void;
}

/** Makes a channel, or changes one. */
export function ChannelForm({ channel, teams, canMail, onDone, onClose }: Props) {
  const client = useQueryClient();
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? 'webhook');
  const [name, setName] = useState(channel?.name ?? '');
  const [url, setUrl] = useState('');
  const [receivers, setReceivers] = useState<string[]>(channel?.kind === 'email' ? channel.shown.split(', ') : []);
  const [topics, setTopics] = useState<readonly Topic[]>(channel?.topics ?? ['budgets']);
  const [team, setTeam] = useState(channel?.team ?? '');
  const [quiet, setQuiet] = useState(String(channel?.quietMinutes ?? 0));
  const [tried, setTried] = useState(false);

  const quietMinutes = /^\d{1,5}$/.test(quiet.trim()) ? Number(quiet) : Number.NaN;
  const wrong = receivers.find((one) => !EMAIL.test(one));
  const errors = {
    name: name.trim() === '' ? 'Give it a name, such as “Finance”.' : null,
    url: kind === 'email' ? null : urlError(url, channel !== null),
    receivers:
      kind !== 'email'
        ? null
        : receivers.length === 0
          ? 'Name at least one receiver. Press Enter after each address.'
          : wrong === undefined
            ? null
            : `“${wrong}” is no e-mail address.`,
    quiet: quietMinutes <= LONGEST_QUIET ? null : 'Write a whole number of minutes, from 0 to 1440 (a day).',
  };
  const target: ChannelTarget | null =
    kind === 'email' ? { kind, to: receivers } : url.trim() === '' ? null : { kind, url: url.trim() };
  const saving = useMutation({
    mutationFn: async (): Promise<{ channel: Channel; secret: string | null }> => {
      const fields = { name: name.trim(), topics: [...topics], team: team || null, quietMinutes };
      if (!channel && target) return createChannel({ ...fields, target });
      const changed = await changeChannel(channel?.id ?? '', { ...fields, ...(target && { target }) });
      return { channel: changed, secret: null };
    },
    onSuccess: async (saved) => {
      await refreshAlerts(client);
      onDone(saved.channel, saved.secret);
    },
  });
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) saving.mutate();
  };
  return (
    <FormDialog
      title={channel ? `Change “${channel.name}”` : 'New channel'}
      act={channel ? 'Change the channel' : 'Make the channel'}
      size="lg"
      error={saving.error}
      pending={saving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {channel ? null : (
        <Input.Wrapper label="How people are told" labelElement="div">
          <SegmentedControl
            fullWidth
            mt={4}
            aria-label="How people are told"
            value={kind}
            onChange={(value) => setKind(CHANNEL_KINDS.find((one) => one === value) ?? 'webhook')}
            data={CHANNEL_KINDS.map((one) => ({
              value: one,
              label: KIND_WORDS[one],
              disabled: one === 'email' && !canMail,
            }))}
          />
          {canMail ? null : (
            <Text size="xs" c="dimmed" mt={4}>
              E-mail is not possible yet: the administrator of the gateway has to set SMTP_URL and ALERT_FROM.
            </Text>
          )}
        </Input.Wrapper>
      )}
      <TextInput
        label="Name"
        description="Alerts in policies name it."
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried ? errors.name : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      {kind === 'email' ? (
        <TagsInput
          label="Receivers"
          description="E-mail addresses. Press Enter after each."
          required
          placeholder={receivers.length === 0 ? 'finance@example.com' : ''}
          value={receivers}
          error={tried ? errors.receivers : null}
          onChange={setReceivers}
          splitChars={[',', ' ', ';']}
        />
      ) : (
        <TextInput
          label="Address"
          description={ADDRESS_HELP[kind]}
          required={channel === null}
          type="url"
          autoComplete="off"
          spellCheck={false}
          placeholder={channel ? `stays as it is: ${channel.shown}` : 'https://'}
          value={url}
          error={tried ? errors.url : null}
          onChange={({ currentTarget }) => setUrl(currentTarget.value)}
        />
      )}
      <Checkbox.Group
        label="Told of"
        description="Besides what alerts in policies tell it."
        value={[...topics]}
        onChange={(values) => setTopics(TOPICS.filter((topic) => values.includes(topic)))}
      >
        <Stack gap="xs" mt="xs">
          {TOPICS.map((topic) => (
            <Checkbox
              key={topic}
              value={topic}
              label={TOPIC_WORDS[topic].title}
              description={TOPIC_WORDS[topic].help}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <NativeSelect
        label="Of whom"
        value={team}
        onChange={({ currentTarget }) => setTeam(currentTarget.value)}
        data={[
          { value: '', label: 'the whole organisation' },
          ...teams.map(({ id, name: words }) => ({ value: id, label: `the team ${words} alone` })),
        ]}
      />
      <TextInput
        label="Quiet after a message, in minutes"
        description="What comes in this time is held back, and told in one message afterwards. 0 for no quiet time."
        inputMode="numeric"
        value={quiet}
        error={tried ? errors.quiet : null}
        onChange={({ currentTarget }) => setQuiet(currentTarget.value)}
      />
    </FormDialog>
  );
}

const ADDRESS_HELP: Readonly<Record<'webhook' | 'slack', string>> = {
  webhook: 'Where messages are posted to, each with a signature. It is stored encrypted and not shown again.',
  slack: 'The address of an incoming webhook of Slack, or of a program that takes the same messages.',
};

function urlError(text: string, mayStay: boolean): string | null {
  const url = text.trim();
  if (url === '') return mayStay ? null : 'Enter the address that messages go to.';
  return /^https?:\/\/[^\s/]/i.test(url) ? null : 'An address begins with https:// or http://.';
}
