import { Text } from '@mantine/core';
import type { TagSource } from '../../../../policies/request.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

const SOURCE_WORDS: Readonly<Record<TagSource, string>> = {
  key: 'from the key',
  caller: 'from the app',
  rule: 'set by this policy',
};

/** The tags as they stand when the way ends, and where each is from. */
export function TryTagsAtEnd() {
  const tags = useTrying(({ result }) => (result?.kind === 'tried' ? result.simulation.tags : null));
  const all = Object.entries(tags ?? {});
  if (all.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {tags === null ? 'Nothing has run yet.' : 'None. Tags come from the key, from the app, or from a tag node.'}
      </Text>
    );
  }
  return (
    <ul className="try-tags">
      {all.map(([name, { value, source }]) => (
        <li key={name}>
          <strong>
            {name}={value}
          </strong>{' '}
          {SOURCE_WORDS[source]}
        </li>
      ))}
    </ul>
  );
}
