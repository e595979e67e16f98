import { Badge, Card, Group, Text } from '@mantine/core';
import { IconMessage } from '@tabler/icons-react';
import type { ApprovalRequest } from '../../api/approvals.ts';
import { useAuthors } from '../../app/authors.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural, sayAgo, sayMoment } from '../../app/words.ts';
import { isOpen, STATE_WORDS, sayApprovals } from './request-words.ts';

/** A request in a list: of what, by whom, why, and how it stands. */
export function RequestCard({ request }: { readonly request: ApprovalRequest }) {
  const { id, title, author, reason, at, state, version, openComments } = request;
  const authorOf = useAuthors();
  return (
    <Card component="li" withBorder padding="md" aria-label={`Draft of ${title}`}>
      <Group gap="sm">
        <TextLink to="/approvals/$request" params={{ request: id }} fw={650}>
          {title}
        </TextLink>
        <Badge tt="none" variant="dot" color={STATE_WORDS[state].color}>
          {state === 'published' && version !== null ? `published as version ${version}` : STATE_WORDS[state].title}
        </Badge>
        {isOpen(request) ? <Text size="sm">{sayApprovals(request)}</Text> : null}
        {openComments > 0 ? (
          <Text size="sm" c="dimmed" style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
            <IconMessage size={16} aria-hidden />
            {plural(openComments, 'comment')} not settled
          </Text>
        ) : null}
      </Group>
      <Text size="sm" className="wrapped" mt={4}>
        “{reason}”
      </Text>
      <Text size="sm" c="dimmed">
        Asked by {authorOf(author)}, {sayAgo(at, Date.now())} ({sayMoment(at)})
      </Text>
    </Card>
  );
}
