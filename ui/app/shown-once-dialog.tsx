import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ShownText } from './shown-text.tsx';

interface Props {
  readonly title: string;
  /** What the text is, as in “The key”, and what it is called on the button that copies it, as in “Copy the key”. */
  readonly label: string;
  readonly copy: string;
  readonly text: string;
  /** What becomes of it, and what to do with it. */
  readonly words: string;
  readonly onClose: () => void;
  /** What has to be said before. */
  readonly children?: ReactNode;
}

/** Shows a text that cannot be had again, until somebody says that they have copied it: nothing else closes it. */
export function ShownOnceDialog({ title, label, copy, text, words, onClose, children }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      styles={{ title: { fontWeight: 650, fontSize: '1.05rem' } }}
    >
      <Stack gap="md">
        {children}
        <Text size="sm">{words}</Text>
        <ShownText label={label} text={text} copy={copy} />
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
