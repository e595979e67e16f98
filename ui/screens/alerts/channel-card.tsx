import { Alert, Badge, Button, Card, Group, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { type Channel, type LoggedAlert, refreshAlerts, testChannel } from '../../api/alerts.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { sayAgo } from '../../app/words.ts';
import { AlertBadge } from './alert-badge.tsx';
import { KIND_WORDS, sayMinutes, sayState, TOPIC_WORDS } from './alert-words.ts';

interface Props {
  readonly channel: Channel;
  /** The newest message to it. */
  readonly last: LoggedAlert | null;
  /** The name of its team. */
  readonly team: string | null;
  readonly mayChange: boolean;
  readonly onChange: () => void;
  readonly onRotate: () => void;
  readonly onDelete: () => void;
}

/** One channel: where it leads, what it is told of, and what became of the last message. */
export function ChannelCard({ channel, last, team, mayChange, onChange, onRotate, onDelete }: Props) {
  const title = useId();
  const client = useQueryClient();
  const testing = useMutation({ mutationFn: () => testChannel(channel.id), onSuccess: () => refreshAlerts(client) });
  const { name, kind, shown, topics, quietMinutes } = channel;
  return (
    <Card component="li" withBorder padding="lg" aria-labelledby={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Title order={2} id={title}>
          {name}
        </Title>
        <Badge variant="default" tt="none">
          {KIND_WORDS[kind]}
        </Badge>
      </Group>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {shown}
      </Text>
      <Text size="sm" mt="sm">
        {topics.length === 0
          ? 'Told only by alerts in policies.'
          : `Told of ${topics.map((topic) => TOPIC_WORDS[topic].title.toLowerCase()).join(', ')}, and by alerts in policies.`}{' '}
        {team === null ? 'For the whole organisation.' : `For the team ${team} alone.`}
        {quietMinutes > 0 ? ` After a message, it is left in peace for ${sayMinutes(quietMinutes)}.` : ''}
      </Text>
      <Group gap="xs" mt="sm" wrap="nowrap" align="flex-start">
        {last ? (
          <>
            <AlertBadge state={last.state} />
            <Text size="sm" c="dimmed">
              {`“${last.title}”, ${sayAgo(last.at, Date.now())}. ${sayState(last)}`}
            </Text>
          </>
        ) : (
          <Text size="sm" c="dimmed">
            {mayChange
              ? 'Nothing was sent to it yet. Send a test to see whether it arrives.'
              : 'Nothing was sent to it yet.'}
          </Text>
        )}
      </Group>
      {testing.data ? (
        <Alert
          mt="md"
          variant="light"
          role="status"
          color={testing.data.delivered ? 'teal' : 'red'}
          title={testing.data.delivered ? 'The test has arrived' : 'The test did not arrive'}
        >
          {testing.data.words}
        </Alert>
      ) : null}
      {testing.error ? (
        <div style={{ marginTop: 'var(--mantine-spacing-md)' }}>
          <Refused error={testing.error} />
        </div>
      ) : null}
      {mayChange ? (
        <Group gap="xs" mt="md">
          <Button
            size="xs"
            loading={testing.isPending}
            aria-label={`Send a test to ${name}`}
            onClick={() => testing.mutate()}
          >
            Send a test
          </Button>
          <Button size="xs" variant="default" aria-label={`Change ${name}`} onClick={onChange}>
            Change
          </Button>
          {kind === 'webhook' ? (
            <Button size="xs" variant="default" aria-label={`New secret for ${name}`} onClick={onRotate}>
              New secret
            </Button>
          ) : null}
          <Button size="xs" variant="default" aria-label={`Delete ${name}`} onClick={onDelete}>
            Delete
          </Button>
        </Group>
      ) : null}
    </Card>
  );
}
