import { Text } from '@mantine/core';
import { TextLink } from '../../app/text-link.tsx';
import type { House } from '../../editing/house.ts';

/** Says what every request has gone through before it comes to a policy; nothing where there is nothing before it. */
export function RunsBefore({ before }: Pick<House, 'before'>) {
  if (before === null) return null;
  return (
    <Text size="sm" c="dimmed">
      Requests go through{' '}
      <TextLink to="/policies/$policy" params={{ policy: before.id }} inherit underline="always">
        {before.title}, version {before.version}
      </TextLink>{' '}
      first, which the organisation has set for all policies. It stands greyed before the drawing, and is changed there.
    </Text>
  );
}
