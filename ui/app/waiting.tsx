import { Center, Group, Loader, Text } from '@mantine/core';

/** Says that something is being loaded; appears only when that takes a moment, so that fast pages do not flicker. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <Center p="xl" className="waiting" role="status">
      <Group gap="sm">
        <Loader size="sm" aria-hidden />
        <Text c="dimmed">Loading {what} …</Text>
      </Group>
    </Center>
  );
}
