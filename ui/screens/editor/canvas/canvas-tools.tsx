import { ActionIcon, Group, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCommand,
  IconKeyboard,
  IconLayoutGrid,
  IconNote,
  IconSearch,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useEditing, useEditor } from '../../../editing/editing-context.tsx';
import { useCanvas } from './canvas-context.tsx';
import { CommandPalette } from './command-palette.tsx';
import { KeyList } from './key-list.tsx';
import { isWriting, keysOf, writeKeys } from './keyboard.ts';
import { useCanvasCommands } from './use-canvas-commands.ts';

/** Undo, redo, tidy, search. */
export function CanvasTools() {
  const { mayChange } = useEditor();
  const { canvas, actions } = useCanvas();
  const undone = useEditing(({ past }) => past.at(-1)?.words ?? null);
  const redone = useEditing(({ future }) => future[0]?.words ?? null);
  const [showsKeys, setShowsKeys] = useState(false);
  useEditorKeys();
  useCanvasCommands();
  return (
    <Group gap={6} role="toolbar" aria-label="The drawing">
      {mayChange ? (
        <>
          <Tool
            label={undone === null ? 'Nothing to undo' : `Undo: ${undone}`}
            keys="mod+z"
            isOff={undone === null}
            onClick={actions.undo}
          >
            <IconArrowBackUp size={18} aria-hidden />
          </Tool>
          <Tool
            label={redone === null ? 'Nothing to do again' : `Do again: ${redone}`}
            keys="mod+shift+z"
            isOff={redone === null}
            onClick={actions.redo}
          >
            <IconArrowForwardUp size={18} aria-hidden />
          </Tool>
          <Tool label="Tidy" onClick={() => void actions.tidy()}>
            <IconLayoutGrid size={18} aria-hidden />
          </Tool>
          <Tool label="Add a note" onClick={actions.addNote}>
            <IconNote size={18} aria-hidden />
          </Tool>
        </>
      ) : null}
      <Tool label="Find a node" keys="mod+f" onClick={() => canvas.setState({ finding: 'nodes' })}>
        <IconSearch size={18} aria-hidden />
      </Tool>
      <Tool label="All commands" keys="mod+k" onClick={() => canvas.setState({ finding: 'everything' })}>
        <IconCommand size={18} aria-hidden />
      </Tool>
      <Tool label="Keys" onClick={() => setShowsKeys(true)}>
        <IconKeyboard size={18} aria-hidden />
      </Tool>
      <CommandPalette />
      <KeyList opened={showsKeys} onClose={() => setShowsKeys(false)} />
    </Group>
  );
}

interface ToolProps {
  readonly label: string;
  readonly keys?: string;
  readonly isOff?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

/** A button that keeps the focus when there is nothing left to do with it. */
function Tool({ label, keys, isOff = false, onClick, children }: ToolProps) {
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${writeKeys(keys)})`} openDelay={300}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={label}
        aria-disabled={isOff}
        data-disabled={isOff || undefined}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Keys that work all over the editor, except in text that is written. */
function useEditorKeys(): void {
  const { canvas, actions } = useCanvas();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const keys = keysOf(event);
      const inText = isWriting(event.target);
      const inCode = event.target instanceof Element && event.target.closest('.monaco-editor') !== null;
      if (keys === 'mod+k' && !inCode) canvas.setState({ finding: 'everything' });
      else if (keys === 'mod+f' && !inCode) canvas.setState({ finding: 'nodes' });
      else if (keys === 'mod+z' && !inText) actions.undo();
      else if ((keys === 'mod+shift+z' || keys === 'mod+y') && !inText) actions.redo();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [canvas, actions]);
}
