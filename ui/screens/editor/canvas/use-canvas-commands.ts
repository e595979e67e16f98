/** What the canvas and the frame of these pages offer in the palette of commands. */
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { kinds } from '../../../../policies/kinds/index.ts';
import { useEntries } from '../../../app/entries.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';
import { copySelected, pasteCopied } from './clipboard.ts';
import { type Command, useCommands } from './commands.ts';
import { writeKeys } from './keyboard.ts';

/** Offers them as long as the canvas is there. */
export function useCanvasCommands(): void {
  const { mayChange } = useEditor();
  const { actions } = useCanvas();
  const navigate = useNavigate();
  const { daily, others } = useEntries();
  const commands = useMemo((): Command[] => {
    const drawing = 'The drawing';
    const always: Command[] = [
      { id: 'fit', group: drawing, title: 'Show all of it', run: actions.view.fit },
      { id: 'all', group: drawing, title: 'Select everything', keys: 'mod+a', run: actions.selectAll },
      { id: 'copy', group: drawing, title: 'Copy', keys: 'mod+c', run: () => void copySelected(actions) },
      ...[...daily, ...others].map(
        ({ title, to }): Command => ({
          id: `screen ${to}`,
          group: 'Go to a screen',
          title,
          run: () => void navigate({ to }),
        }),
      ),
    ];
    if (!mayChange) return always;
    const changing: Command[] = [
      { id: 'undo', group: drawing, title: 'Undo', keys: 'mod+z', run: actions.undo },
      { id: 'redo', group: drawing, title: 'Do again', keys: 'mod+shift+z', run: actions.redo },
      { id: 'tidy', group: drawing, title: 'Tidy', run: () => void actions.tidy() },
      { id: 'note', group: drawing, title: 'Add a note', run: actions.addNote },
      { id: 'duplicate', group: drawing, title: 'Duplicate', keys: 'mod+d', run: actions.duplicate },
      { id: 'paste', group: drawing, title: 'Paste', keys: 'mod+v', run: () => void pasteCopied(actions) },
      { id: 'delete', group: drawing, title: 'Delete what is selected', keys: 'Delete', run: actions.remove },
    ];
    const adding = Object.entries(kinds).map(
      ([name, { title, summary }]): Command => ({
        id: `add ${name}`,
        group: 'Add a node',
        title: `Add ${title}`,
        detail: summary,
        run: () => void actions.add(name, actions.whereNext()),
      }),
    );
    return [...changing, ...adding, ...always].map(({ keys, ...command }) =>
      keys === undefined ? command : { ...command, keys: writeKeys(keys) },
    );
  }, [mayChange, actions, navigate, daily, others]);
  useCommands(commands);
}
