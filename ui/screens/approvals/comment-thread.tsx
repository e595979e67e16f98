import './comments.css';
import { Button, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Comment } from '../../api/comments.ts';
import { plural } from '../../app/words.ts';
import { CommentForm } from './comment-form.tsx';
import { CommentSaid } from './comment-said.tsx';

interface Props {
  /** With their answers, the oldest first. */
  readonly comments: readonly Comment[];
  readonly mayComment: boolean;
  /** What the node that they are about is called now; null where they are about none, or about one that is gone. */
  readonly titleNow: string | null;
  /** Says something new; null where nothing can be said any more. */
  readonly add: ((text: string) => Promise<unknown>) | null;
  /** Loads the comments again. */
  readonly refresh: () => Promise<unknown>;
  /** What stands there while nobody has said anything. */
  readonly empty: string;
}

/** What people have said about one thing, what is settled folded away, and a place to say more. */
export function CommentThread({ comments, mayComment, titleNow, add, refresh, empty }: Props) {
  const [isUnfolded, setUnfolded] = useState(false);
  const [hasSettled, setHasSettled] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const shown = useCallback(() => setOpened(null), []);
  const fold = useRef<HTMLButtonElement>(null);
  const asked = comments.filter(({ answerTo }) => answerTo === null);
  const open = asked.filter(({ resolvedAt }) => resolvedAt === null);
  const settled = asked.filter(({ resolvedAt }) => resolvedAt !== null);
  useEffect(() => {
    if (!hasSettled) return;
    // What had the focus is folded away now.
    fold.current?.focus();
    setHasSettled(false);
  }, [hasSettled]);
  const list = (label: string, some: readonly Comment[]) => (
    <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }} aria-label={label}>
      {some.map((comment) => (
        <CommentSaid
          key={comment.id}
          comment={comment}
          answers={comments.filter(({ answerTo }) => answerTo === comment.id)}
          {...{ titleNow, mayComment, refresh }}
          onSettled={() => setHasSettled(true)}
          isOpenedNow={opened === comment.id}
          onOpened={() => setOpened(comment.id)}
          onShown={shown}
        />
      ))}
    </Stack>
  );
  return (
    <Stack gap="sm">
      {asked.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : null}
      {settled.length > 0 ? (
        <Button
          ref={fold}
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-expanded={isUnfolded}
          leftSection={
            isUnfolded ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />
          }
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          {plural(settled.length, 'settled comment')}
        </Button>
      ) : null}
      {isUnfolded && settled.length > 0 ? list('Settled comments', settled) : null}
      {open.length > 0 ? list('Comments', open) : null}
      {mayComment && add ? (
        <CommentForm
          label="Your comment"
          act="Comment"
          add={async (words) => {
            await add(words);
            await refresh();
          }}
          onCancel={null}
        />
      ) : null}
    </Stack>
  );
}
