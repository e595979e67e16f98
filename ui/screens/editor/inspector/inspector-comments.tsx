import { Button, Stack, Text, Title } from '@mantine/core';
import { IconMessage } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type Comment, commentOnNode, commentsQuery, isUnsettled, refreshComments } from '../../../api/comments.ts';
import { useMayIn } from '../../../api/may.ts';
import { Failure } from '../../../app/failure.tsx';
import { plural } from '../../../app/words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { CommentThread } from '../../approvals/comment-thread.tsx';

const REFRESH_MS = 30_000;

/** What was said about the nodes of the draft that is edited, and whether one may say more. */
function useDraftComments() {
  const { policy } = useEditor();
  const mayIn = useMayIn();
  const client = useQueryClient();
  const place = { project: policy.project, policy: policy.id };
  return {
    comments: useQuery({ ...commentsQuery(policy.id), refetchInterval: REFRESH_MS }),
    mayComment: mayIn('draft policy', place) || mayIn('approve policy', place),
    refresh: () => refreshComments(client),
  };
}

const THREAD = 'comments-on-node';

/** Says above everything else that somebody has said something about a node, and leads there. */
export function CommentsHint({ node }: { readonly node: string }) {
  const { comments } = useDraftComments();
  const open = comments.data?.filter((comment) => comment.node === node && isUnsettled(comment)).length ?? 0;
  if (open === 0) return null;
  const go = (): void => {
    const thread = document.getElementById(THREAD);
    thread?.scrollIntoView({ block: 'start' });
    thread?.focus({ preventScroll: true });
  };
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconMessage size={16} aria-hidden />}
      style={{ alignSelf: 'flex-start' }}
      onClick={go}
    >
      {plural(open, 'comment')} not settled
    </Button>
  );
}

/** What was said about one node, and a place to say more. */
export function NodeComments({ node }: { readonly node: string }) {
  const { policy, saver } = useEditor();
  const { comments, mayComment, refresh } = useDraftComments();
  const add = async (text: string): Promise<Comment> => {
    // The server knows the nodes of the draft as it was saved last.
    await saver.flush();
    return commentOnNode(policy.id, node, text);
  };
  const title = useEditing((state) => state.document.graph.nodes.find(({ id }) => id === node)?.title ?? null);
  const own = comments.data?.filter((comment) => comment.node === node) ?? [];
  if (!mayComment && own.length === 0 && !comments.error) return null;
  return (
    <Stack component="section" gap="xs" aria-label="Comments on this node" id={THREAD} tabIndex={-1}>
      <Title order={3} size="sm">
        Comments
      </Title>
      {comments.error && !comments.data ? (
        <Failure
          title="The comments could not be loaded"
          error={comments.error}
          onRetry={() => void comments.refetch()}
        />
      ) : (
        <CommentThread
          comments={own}
          titleNow={title}
          mayComment={mayComment}
          add={add}
          refresh={refresh}
          empty="Nobody has said anything about this node yet."
        />
      )}
    </Stack>
  );
}

/** Comments whose nodes were deleted since, so that nothing that was said is lost. */
export function GoneComments() {
  const { comments, mayComment, refresh } = useDraftComments();
  const nodes = useEditing((state) => state.document.graph.nodes);
  const gone = comments.data?.filter(({ node }) => node !== null && !nodes.some(({ id }) => id === node)) ?? [];
  if (gone.length === 0) return null;
  const titles = new Map(gone.map(({ node, nodeTitle }) => [node, nodeTitle]));
  return (
    <Stack component="section" gap="sm" aria-label="Comments on nodes that are gone">
      <Title order={3} size="sm">
        On nodes that are gone
      </Title>
      {[...titles].map(([node, title]) => (
        <div key={node}>
          <Text size="sm" c="dimmed" mb={4}>
            {title === null || title === '' ? 'On a node that is gone' : `On “${title}”, a node that is gone`}
          </Text>
          <CommentThread
            comments={gone.filter((comment) => comment.node === node)}
            mayComment={mayComment}
            titleNow={null}
            add={null}
            refresh={refresh}
            empty=""
          />
        </div>
      ))}
    </Stack>
  );
}
