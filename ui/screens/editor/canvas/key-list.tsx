import { Kbd, Modal, Table } from '@mantine/core';
import { useEditor } from '../../../editing/editing-context.tsx';
import { CANVAS_KEYS } from './canvas-keys.ts';
import { writeKeys } from './keyboard.ts';

/** Keys that are not of the canvas alone. */
const EVERYWHERE: readonly { readonly keys: readonly string[]; readonly words: string; readonly changes: boolean }[] = [
  { keys: ['mod+c'], words: 'Copy; also into other policies', changes: false },
  { keys: ['mod+x'], words: 'Cut', changes: true },
  { keys: ['mod+v'], words: 'Paste', changes: true },
  { keys: ['mod+z'], words: 'Undo', changes: true },
  { keys: ['mod+shift+z', 'mod+y'], words: 'Do again', changes: true },
  { keys: ['mod+f'], words: 'Find a node', changes: false },
  { keys: ['mod+k'], words: 'All commands', changes: false },
];

/** What each key does. */
export function KeyList({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { mayChange } = useEditor();
  const lines = [...CANVAS_KEYS, ...EVERYWHERE].filter(({ words, changes }) => words !== '' && (mayChange || !changes));
  return (
    <Modal opened={opened} onClose={onClose} title="Keys of the drawing" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table>
        <Table.Tbody>
          {lines.map(({ keys, words }) => (
            <Table.Tr key={words}>
              <Table.Td>{words}</Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {keys.map((one) => (
                  <Kbd key={one} ml={6}>
                    {writeKeys(one).replace(/Arrow\w+/, 'Arrows')}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
