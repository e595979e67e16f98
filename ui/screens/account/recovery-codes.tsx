import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { CopyButton } from '../../app/copy-button.tsx';
import { saveFile } from '../../app/save-file.ts';

interface Props {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

/** Recovery codes, which are shown this once. */
export function RecoveryCodes({ codes, onDone }: Props) {
  const text = `${codes.join('\n')}\n`;
  return (
    <Stack gap="md">
      <Text size="sm">
        Codes are set up. If you lose your phone, each of these recovery codes lets you in once. Keep them where you
        keep passwords: they are shown this once.
      </Text>
      <SimpleGrid
        component="ul"
        aria-label="Recovery codes"
        cols={2}
        spacing="xs"
        p="sm"
        m={0}
        className="code"
        style={{ listStyle: 'none' }}
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </SimpleGrid>
      <Group gap="sm" align="flex-start">
        <CopyButton text={text} label="Copy all" />
        <Button
          mt="sm"
          size="xs"
          variant="default"
          onClick={() => saveFile('signalbox-recovery-codes.txt', text, 'text/plain')}
        >
          Save as a file
        </Button>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onDone}>I have kept them</Button>
      </Group>
    </Stack>
  );
}
