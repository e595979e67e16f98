import { Button, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';

/** Copies a text, and says whether the browser allowed it. */
export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const clipboard = useClipboard();
  return (
    <Group mt="sm" gap="sm">
      <Button size="xs" variant="default" onClick={() => clipboard.copy(text)}>
        {label}
      </Button>
      <Text size="sm" c="dimmed" role="status">
        {clipboard.copied
          ? 'Copied.'
          : clipboard.error
            ? 'The browser does not allow it: select the text and copy it.'
            : ''}
      </Text>
    </Group>
  );
}
