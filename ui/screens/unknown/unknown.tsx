import { Text } from '@mantine/core';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';

/** An address that leads nowhere. */
export function Unknown() {
  return (
    <Screen title="No train stops here">
      <Text>
        This address leads nowhere. It may have been mistyped, or what it led to is gone. Go on to{' '}
        <TextLink underline="always" to="/">
          the start
        </TextLink>
        ,{' '}
        <TextLink underline="always" to="/policies">
          the policies
        </TextLink>{' '}
        or{' '}
        <TextLink underline="always" to="/requests">
          the requests
        </TextLink>
        .
      </Text>
    </Screen>
  );
}
