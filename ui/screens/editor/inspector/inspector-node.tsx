import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { findKind } from '../../../../policies/compile.ts';
import { LONGEST_NOTE, LONGEST_TITLE } from '../../../../policies/editing/limits.ts';
import { called } from '../../../../policies/editing/names.ts';
import { retitle, setNote } from '../../../../policies/editing/settings.ts';
import type { GraphNode } from '../../../../policies/graph.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from '../canvas/canvas-context.tsx';
import { CommentsHint, NodeComments } from './inspector-comments.tsx';
import { useEdit } from './inspector-edit.ts';
import { NodeForm } from './inspector-form.tsx';
import { KindHelp } from './inspector-help.tsx';
import { NodeProblems } from './inspector-problems.tsx';
import { WaysOut } from './inspector-ways.tsx';

/** Everything about one node. */
export function InspectedNode({ node }: { readonly node: GraphNode }) {
  const { editing, mayChange } = useEditor();
  const { actions } = useCanvas();
  const edit = useEdit();
  const kind = findKind(node.kind);
  const settle = (): void => editing.getState().settle();
  return (
    <Stack gap="lg">
      {kind ? (
        <Text size="sm" c="dimmed">
          {kind.summary}
        </Text>
      ) : null}
      <CommentsHint node={node.id} />
      <TextInput
        label="Title"
        value={node.title}
        maxLength={LONGEST_TITLE}
        placeholder={kind?.title}
        readOnly={!mayChange}
        onBlur={settle}
        onChange={({ currentTarget: { value } }) =>
          edit(`Rename ${called(node)}`, (document) => retitle(document, node.id, value), `title of ${node.id}`)
        }
      />
      {kind ? (
        <NodeForm node={node} kind={kind} />
      ) : (
        <Text size="sm">
          This gateway does not know nodes of the kind “{node.kind}”. Its settings stay as they are; delete it, or
          update Signalbox.
        </Text>
      )}
      <NodeProblems node={node.id} />
      <WaysOut node={node} />
      {mayChange || node.note !== undefined ? (
        <Textarea
          label="Note"
          description="For those who read the drawing. It changes nothing."
          value={node.note ?? ''}
          maxLength={LONGEST_NOTE}
          readOnly={!mayChange}
          autosize
          minRows={2}
          maxRows={10}
          onBlur={settle}
          onChange={({ currentTarget: { value } }) =>
            edit(`Note on ${called(node)}`, (document) => setNote(document, node.id, value), `note of ${node.id}`)
          }
        />
      ) : null}
      {mayChange ? (
        <Group gap="xs">
          {node.kind === 'request' ? null : (
            <Button size="xs" variant="default" onClick={() => actions.duplicate()}>
              Duplicate
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => actions.remove()}>
            Delete
          </Button>
        </Group>
      ) : null}
      <NodeComments key={node.id} node={node.id} />
      {kind ? <KindHelp kind={node.kind} title={kind.title} /> : null}
    </Stack>
  );
}
