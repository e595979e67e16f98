import { Badge, Button, Card, Group, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Emergency, followUp, refreshApprovals, useOwnId } from '../../api/approvals.ts';
import { useAuthors } from '../../app/authors.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { reasonError } from '../../app/reason-input.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { sayMoment } from '../../app/words.ts';
import { sayAnyOf } from './request-words.ts';

/** A version that was published without the approvals that its rule asks for. */
export function EmergencyCard({ emergency }: { readonly emergency: Emergency }) {
  const { policy, title, version, author, reason, at, waitingFor, followedUpBy, followedUpAt, words } = emergency;
  const authorOf = useAuthors();
  const me = useOwnId();
  const [following, setFollowing] = useState(false);
  const isMine = me !== null && waitingFor.includes(me);
  return (
    <Card component="li" withBorder padding="md" aria-label={`Version ${version} of ${title}`}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: '1 1 320px', minWidth: 0 }}>
          <Group gap="sm">
            <TextLink to="/policies/$policy" params={{ policy }} search={{ version }} fw={650}>
              Version {version} of {title}
            </TextLink>
            <Badge tt="none" variant="dot" color={followedUpAt === null ? 'red' : 'gray'}>
              {followedUpAt === null ? 'published in an emergency' : 'followed up'}
            </Badge>
          </Group>
          <Text size="sm" className="wrapped" mt={4}>
            “{reason}”
          </Text>
          <Text size="sm" c="dimmed">
            Published by {authorOf(author)} on {sayMoment(at)}.
            {version > 1 ? (
              <>
                {' '}
                <TextLink
                  size="sm"
                  to="/policies/$policy/compare"
                  params={{ policy }}
                  search={{ from: version - 1, to: version, view: 'drawings' }}
                  underline="always"
                  aria-label={`What version ${version} of ${title} changed`}
                >
                  What it changed
                </TextLink>
              </>
            ) : null}
          </Text>
          {followedUpBy === null || followedUpAt === null ? (
            <Text size="sm" mt={4}>
              {waitingFor.length === 0
                ? 'Nobody else may approve this policy. Ask an admin to give somebody a role that may.'
                : isMine
                  ? 'It waits until somebody else has looked at it: you can.'
                  : `It waits until ${sayAnyOf(waitingFor.map(authorOf))} has looked at it.`}
            </Text>
          ) : (
            <Text size="sm" className="wrapped" mt={4}>
              {authorOf(followedUpBy)} followed it up on {sayMoment(followedUpAt)}: “{words}”
            </Text>
          )}
        </div>
        {isMine ? (
          <Button size="xs" aria-label={`Follow up version ${version} of ${title}`} onClick={() => setFollowing(true)}>
            Follow up
          </Button>
        ) : null}
      </Group>
      {following ? <FollowUp emergency={emergency} onClose={() => setFollowing(false)} /> : null}
    </Card>
  );
}

function FollowUp({ emergency, onClose }: { readonly emergency: Emergency; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [words, setWords] = useState('');
  const [tried, setTried] = useState(false);
  const following = useMutation({
    mutationFn: () => followUp(emergency, words.trim()),
    onSuccess: async () => {
      await refreshApprovals(client);
      onClose();
      notifications.show({ message: `Version ${emergency.version} of ${emergency.title} is followed up.` });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (reasonError(words) === null) following.mutate();
  };
  return (
    <FormDialog
      title={`Follow up version ${emergency.version} of ${emergency.title}`}
      act="Follow up"
      error={following.error}
      pending={following.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        Look at what it changed first. If it was wrong, bring back the version before it, or draw a better one; what you
        say here stands in the history.
      </Text>
      <Textarea
        label="What you found"
        required
        autosize
        minRows={3}
        maxRows={10}
        maxLength={1000}
        data-autofocus
        value={words}
        error={tried ? reasonError(words) : null}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
      />
    </FormDialog>
  );
}
