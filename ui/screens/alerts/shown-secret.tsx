import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { CopyButton } from '../../app/copy-button.tsx';

interface Props {
  readonly name: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** The secret that signs a webhook's messages, which is shown once. */
export function ShownSecret({ name, secret, onClose }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The secret of “${name}”`}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      styles={{ title: { fontWeight: 650, fontSize: '1.05rem' } }}
    >
      <Stack gap="md">
        <Text size="sm">
          Copy it now: it is shown this once. Whoever receives the messages checks with it that they come from this
          gateway, and not from somebody who knows the address. How to do that in Node and Python stands in
          docs/alerts.md.
        </Text>
        <div>
          <TextInput
            label="The secret"
            readOnly
            data-autofocus
            value={secret}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
          <CopyButton text={secret} label="Copy the secret" />
        </div>
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
