import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { answerComment, type Comment, refreshComments, reopenComment, resolveComment } from '../../api/comments.ts';
import { useAuthors } from '../../app/authors.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { sayAgo, sayMoment } from '../../app/words.ts';
import { CommentForm } from './comment-form.tsx';

interface Props {
  readonly comment: Comment;
  /** The oldest first. */
  readonly answers: readonly Comment[];
  /** What the node that it is about is called now; null where it is about none, or about one that is gone. */
  readonly titleNow: string | null;
  readonly mayComment: boolean;
  /** Loads the comments again. */
  readonly refresh: () => Promise<unknown>;
  readonly onSettled: () => void;
  /** Whether it was just opened again, so that one goes on at it; `onShown` once that is so. */
  readonly isOpenedNow: boolean;
  readonly onOpened: () => void;
  readonly onShown: () => void;
}

/** One comment with its answers, and the means to answer and to settle it, or to open it again. */
export function CommentSaid(props: Props) {
  const { comment, answers, titleNow, mayComment, refresh, onSettled, isOpenedNow, onOpened, onShown } = props;
  const { id, text, nodeTitle, resolvedBy, resolvedAt, reopenedBy, reopenedAt } = comment;
  const isSettled = resolvedAt !== null;
  const client = useQueryClient();
  const authorOf = useAuthors();
  const [isAnswering, setAnswering] = useState(false);
  const answer = useRef<HTMLButtonElement>(null);
  const changing = useMutation({
    mutationFn: async () => {
      await (isSettled ? reopenComment(id) : resolveComment(id));
      await refresh();
      return isSettled;
    },
    onSuccess: (wasSettled) => (wasSettled ? onOpened() : onSettled()),
    // Somebody else may have done it: then it is shown as it is now.
    onError: () => refreshComments(client),
  });
  useEffect(() => {
    if (!isOpenedNow || isSettled) return;
    // What had the focus is gone: it stood among what is settled.
    answer.current?.focus();
    onShown();
  }, [isOpenedNow, isSettled, onShown]);
  const close = (): void => {
    setAnswering(false);
    answer.current?.focus();
  };
  const start = text.slice(0, 60);
  return (
    <li>
      <Words comment={comment} isSettled={isSettled} />
      {nodeTitle && titleNow !== null && nodeTitle !== titleNow ? (
        <Text size="xs" c="dimmed">
          Said when this node was called “{nodeTitle}”.
        </Text>
      ) : null}
      {resolvedBy === null || resolvedAt === null ? null : (
        <Badge tt="none" variant="dot" color="teal" title={sayMoment(resolvedAt)}>
          settled by {authorOf(resolvedBy)}
        </Badge>
      )}
      {isSettled || reopenedBy === null || reopenedAt === null ? null : (
        <Badge tt="none" variant="dot" color="orange" title={sayMoment(reopenedAt)}>
          opened again by {authorOf(reopenedBy)}
        </Badge>
      )}
      {answers.length > 0 ? (
        <Stack component="ul" gap={6} className="comment-answers" aria-label={`Answers to “${start}”`}>
          {answers.map((one) => (
            <li key={one.id}>
              <Words comment={one} isSettled={isSettled} />
            </li>
          ))}
        </Stack>
      ) : null}
      {mayComment && !isSettled ? (
        <Group gap={4}>
          <Button
            ref={answer}
            size="compact-xs"
            variant="subtle"
            aria-expanded={isAnswering}
            aria-label={`Answer the comment “${start}”`}
            onClick={() => setAnswering(!isAnswering)}
          >
            Answer
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            loading={changing.isPending}
            aria-label={`Settle the comment “${start}”`}
            onClick={() => changing.mutate()}
          >
            Settle
          </Button>
        </Group>
      ) : null}
      {mayComment && isSettled ? (
        <Group>
          <Button
            size="compact-xs"
            variant="subtle"
            loading={changing.isPending}
            aria-label={`Open the comment “${start}” again`}
            onClick={() => changing.mutate()}
          >
            Open again
          </Button>
        </Group>
      ) : null}
      {mayComment && isAnswering && !isSettled ? (
        <div className="comment-answers">
          <CommentForm
            label="Your answer"
            act="Send the answer"
            add={async (words) => {
              await answerComment(id, words);
              await refresh();
            }}
            onAdded={close}
            onCancel={close}
          />
        </div>
      ) : null}
      <Refused error={changing.error} />
    </li>
  );
}

/** Who said what, and when. */
function Words({ comment, isSettled }: { readonly comment: Comment; readonly isSettled: boolean }) {
  const authorOf = useAuthors();
  return (
    <>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {authorOf(comment.author)}
        </Text>
        <Text size="sm" c="dimmed" title={sayMoment(comment.at)}>
          {sayAgo(comment.at, Date.now())}
        </Text>
      </Group>
      <Text size="sm" className="wrapped" c={isSettled ? 'dimmed' : undefined}>
        {comment.text}
      </Text>
    </>
  );
}
