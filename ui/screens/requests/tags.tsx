import { Group, Text } from '@mantine/core';
import type { RecordTags } from '../../api/records.ts';
import { PlaceLink } from '../../app/place-link.tsx';
import { NO_FILTER } from '../../app/places.ts';

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
        <PlaceLink
          key={name}
          to={{ screen: 'requests', filter: { ...NO_FILTER, tag: `${name}=${value}` } }}
          className="tag"
          aria-label={`Requests with the tag ${name}=${value}`}
        >
          {name}={value}
        </PlaceLink>
      ))}
    </Group>
  );
}
