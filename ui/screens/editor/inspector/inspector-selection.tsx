import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { LONGEST_STICKY } from '../../../../policies/editing/limits.ts';
import { editSticky, stickyOnCanvas } from '../../../../policies/editing/stickies.ts';
import { plural } from '../../../app/words.ts';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from '../canvas/canvas-context.tsx';
import { useEdit } from './inspector-edit.ts';

/** A note, or several things at once: how many they are, and what can be done with all of them. */
export function InspectedSelection({ ids }: { readonly ids: readonly string[] }) {
  const { editing, mayChange } = useEditor();
  const { actions } = useCanvas();
  const edit = useEdit();
  const stickies = useEditing((state) => state.document.layout.stickies);
  const chosen = stickies.filter(({ id }) => ids.includes(stickyOnCanvas(id)));
  const [note] = ids.length === 1 ? chosen : [];
  const counts = [
    ids.length > chosen.length ? plural(ids.length - chosen.length, 'node') : '',
    chosen.length > 0 ? plural(chosen.length, 'note') : '',
  ];
  return (
    <Stack gap="md">
      {note ? (
        <Textarea
          label="Note"
          description="It stands on the drawing and changes nothing."
          value={note.text}
          maxLength={LONGEST_STICKY}
          readOnly={!mayChange}
          autosize
          minRows={4}
          maxRows={16}
          onBlur={() => editing.getState().settle()}
          onChange={({ currentTarget: { value } }) =>
            edit('Write a note', (document) => editSticky(document, note.id, value), `text of note ${note.id}`)
          }
        />
      ) : (
        <Text>{counts.filter((count) => count !== '').join(' and ')} selected.</Text>
      )}
      {mayChange ? (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => actions.duplicate()}>
            Duplicate
          </Button>
          <Button size="xs" variant="default" onClick={() => actions.remove()}>
            Delete
          </Button>
        </Group>
      ) : null}
      {note ? null : (
        <Text size="sm" c="dimmed">
          Select a single node to see its settings.
        </Text>
      )}
    </Stack>
  );
}
