import { Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type Comment, resolveComment } from '../../api/comments.ts';
import { useAuthors } from '../../app/authors.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { sayAgo, sayMoment } from '../../app/words.ts';

const LONGEST = 4000;

interface Props {
  /** The oldest first. */
  readonly comments: readonly Comment[];
  readonly mayComment: boolean;
  /** Says something new; null where nothing can be said any more. */
  readonly add: ((text: string) => Promise<unknown>) | null;
  /** Loads the comments again. */
  readonly refresh: () => Promise<unknown>;
  /** What stands there while nobody has said anything. */
  readonly empty: string;
}

/** What people have said about one thing, and a place to say more. What is typed stays when it cannot be sent. */
export function CommentThread({ comments, mayComment, add, refresh, empty }: Props) {
  const [text, setText] = useState('');
  const adding = useMutation({
    mutationFn: async (words: string) => add?.(words),
    onSuccess: () => {
      setText('');
      return refresh();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') adding.mutate(text.trim());
  };
  return (
    <Stack gap="sm">
      {comments.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }} aria-label="Comments">
          {comments.map((comment) => (
            <Said key={comment.id} comment={comment} mayComment={mayComment} refresh={refresh} />
          ))}
        </Stack>
      )}
      {mayComment && add ? (
        <form onSubmit={submit} noValidate aria-label="Comment">
          <Stack gap="xs">
            <Textarea
              label="Your comment"
              autosize
              minRows={2}
              maxRows={8}
              maxLength={LONGEST}
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
            />
            <Refused error={adding.error} />
            <Button
              type="submit"
              size="xs"
              variant="default"
              loading={adding.isPending}
              disabled={text.trim() === ''}
              style={{ alignSelf: 'flex-start' }}
            >
              Comment
            </Button>
          </Stack>
        </form>
      ) : null}
    </Stack>
  );
}

interface SaidProps {
  readonly comment: Comment;
  readonly mayComment: boolean;
  readonly refresh: () => Promise<unknown>;
}

function Said({ comment, mayComment, refresh }: SaidProps) {
  const { text, author, at, resolvedBy, resolvedAt } = comment;
  const client = useQueryClient();
  const authorOf = useAuthors();
  const resolving = useMutation({
    mutationFn: async () => {
      await resolveComment(comment.id);
      await refresh();
    },
    // Somebody else may have settled it: then it is shown as it is now.
    onError: () => client.invalidateQueries({ queryKey: ['comments'] }),
  });
  return (
    <li>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {authorOf(author)}
        </Text>
        <Text size="sm" c="dimmed" title={sayMoment(at)}>
          {sayAgo(at, Date.now())}
        </Text>
        {resolvedBy === null || resolvedAt === null ? null : (
          <Badge tt="none" variant="dot" color="teal" title={sayMoment(resolvedAt)}>
            settled by {authorOf(resolvedBy)}
          </Badge>
        )}
      </Group>
      <Text size="sm" className="wrapped" c={resolvedAt === null ? undefined : 'dimmed'}>
        {text}
      </Text>
      {mayComment && resolvedAt === null ? (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={resolving.isPending}
          aria-label={`Settle the comment “${text.slice(0, 60)}”`}
          onClick={() => resolving.mutate()}
        >
          Settle
        </Button>
      ) : null}
      <Refused error={resolving.error} />
    </li>
  );
}
