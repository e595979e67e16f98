import { Group, Text } from '@mantine/core';
import type { RecordTags } from '../../api/records.ts';
import { TextLink } from '../../app/text-link.tsx';

/** The tags of a request; each leads to the requests that have it too. */
export function Tags({ tags }: { readonly tags: RecordTags }) {
  const all = Object.entries(tags);
  if (all.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        none
      </Text>
    );
  }
  return (
    <Group gap={4}>
      {all.map(([name, { value }]) => (
        <TextLink
          key={name}
          to="/requests"
          search={{ tag: `${name}=${value}` }}
          className="tag"
          aria-label={`Requests with the tag ${name}=${value}`}
        >
          {name}={value}
        </TextLink>
      ))}
    </Group>
  );
}
