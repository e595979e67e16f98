import { Text } from '@mantine/core';
import { PlaceLink } from '../../app/place-link.tsx';
import { NO_FILTER } from '../../app/places.ts';
import { Screen } from '../../app/screen.tsx';

/** An address that leads nowhere. */
export function Unknown() {
  return (
    <Screen title="No train stops here">
      <Text>
        This address leads nowhere. It may have been mistyped, or what it led to is gone. Go on to{' '}
        <PlaceLink underline="always" to={{ screen: 'start' }}>
          the start
        </PlaceLink>
        ,{' '}
        <PlaceLink underline="always" to={{ screen: 'policies' }}>
          the policies
        </PlaceLink>{' '}
        or{' '}
        <PlaceLink underline="always" to={{ screen: 'requests', filter: NO_FILTER }}>
          the requests
        </PlaceLink>
        .
      </Text>
    </Screen>
  );
}
