import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { diffGraphs } from '../../../policies/diff.ts';
import type { Draft } from '../../api/drafts.ts';
import { peopleQuery } from '../../api/house.ts';
import { createPolicy, freeName } from '../../api/new-policy.ts';
import { policiesQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { sayMoment } from '../../app/words.ts';
import { useEditing, useEditor } from '../../editing/editing-context.tsx';

/** Two people have drawn on one draft: shows what differs, and keeps theirs, ours, or both. */
export function Conflict({ theirs }: { readonly theirs: Draft }) {
  const { saver } = useEditor();
  const people = useQuery(peopleQuery);
  const document = useEditing((state) => state.document);
  const [open, setOpen] = useState(true);
  const copy = useCopy(theirs);
  const who = people.data?.get(theirs.owner) ?? 'Someone';
  const changes = diffGraphs(theirs.graph, document.graph).changes;
  if (!open) {
    return (
      <Button size="compact-sm" onClick={() => setOpen(true)}>
        Decide
      </Button>
    );
  }
  return (
    <Modal opened onClose={() => setOpen(false)} title={`${who} has saved this draft, too`} size="lg" centered>
      <Stack>
        <Text size="sm">
          {who} saved it on {sayMoment(theirs.updatedAt)}, while you were drawing. Nothing was overwritten. Compared
          with what {who} saved, this is what yours does:
        </Text>
        {changes.length === 0 ? (
          <Text size="sm" c="dimmed">
            The same: only where things stand, or the tests, differ.
          </Text>
        ) : (
          <List size="sm" mah={260} style={{ overflow: 'auto' }} tabIndex={0} aria-label="What differs">
            {changes.map((change, i) => (
              // Sentences can be the same twice; their place is what tells them apart.
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is made anew as a whole
              <List.Item key={i}>{change.words}</List.Item>
            ))}
          </List>
        )}
        {copy.error ? (
          <Failure title="The copy could not be made" error={copy.error} onRetry={() => copy.mutate()} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => saver.takeTheirs(theirs)}>
            Take theirs
          </Button>
          <Button variant="default" loading={copy.isPending} onClick={() => copy.mutate()}>
            Keep mine as a copy
          </Button>
          <Button onClick={() => saver.keepMine(theirs)}>Keep mine</Button>
        </Group>
        <Text size="xs" c="dimmed">
          “Take theirs” can be undone with one step. “Keep mine” saves over theirs; their drawing stays in their
          browser’s undo only.
        </Text>
      </Stack>
    </Modal>
  );
}

/** Puts what is drawn here into a policy of its own, and goes on from theirs. */
function useCopy(theirs: Draft) {
  const { policy, editing, saver } = useEditor();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const { graph, layout, tests } = editing.getState().document;
      const taken = await client.fetchQuery(policiesQuery);
      const name = freeName(`${policy.name}-copy`, taken);
      return createPolicy({
        name,
        title: `${policy.title} (copy)`,
        description: policy.description,
        graph,
        layout,
        tests,
      });
    },
    onSuccess: async ({ id, title }) => {
      saver.takeTheirs(theirs);
      notifications.show({
        title: 'Yours is kept',
        message: (
          <>
            It is the draft of{' '}
            <TextLink to="/policies/$policy/edit" params={{ policy: id }}>
              {title}
            </TextLink>
            .
          </>
        ),
        autoClose: false,
      });
      await client.invalidateQueries({ queryKey: ['policies'], exact: true });
    },
  });
}
