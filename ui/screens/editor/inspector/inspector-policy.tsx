import { Stack, Text, Title } from '@mantine/core';
import { plural } from '../../../app/words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { RunsBefore } from '../../policies/runs-before.tsx';
import { GoneComments } from './inspector-comments.tsx';

/** What stands here while nothing is selected: the policy, and what to do next. */
export function InspectedPolicy() {
  const { policy, house, mayChange } = useEditor();
  const nodes = useEditing((state) => state.document.graph.nodes.length);
  return (
    <Stack gap="sm">
      <Title order={2} size="md">
        {policy.title}
      </Title>
      {policy.description === '' ? null : <Text size="sm">{policy.description}</Text>}
      <Text size="sm" c="dimmed">
        {plural(nodes, 'node')}.{' '}
        {policy.liveVersion === null
          ? 'Nothing of it is published yet.'
          : `Requests follow version ${policy.liveVersion} until you publish what is drawn here.`}
      </Text>
      <RunsBefore before={house.before} />
      <Text size="sm">
        {mayChange
          ? nodes < 2
            ? 'Next: add a node from the list beside the drawing, such as a model that answers.'
            : 'Next: select a node to see and change its settings, or add one from the list beside the drawing.'
          : 'Select a node to see its settings. You can look at everything here; changing it takes another role.'}
      </Text>
      <GoneComments />
    </Stack>
  );
}
