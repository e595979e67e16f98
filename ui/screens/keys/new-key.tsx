import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { houseQuery } from '../../api/house.ts';
import type { MadeKey } from '../../api/keys.ts';
import { useMay } from '../../api/may.ts';
import { policiesQuery } from '../../api/policies.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { KeyForm } from './key-form.tsx';
import { ShownOnce } from './shown-once.tsx';

/** Makes a key and shows it, which happens once. */
export function NewKey() {
  const house = useQuery(houseQuery);
  const policies = useQuery(policiesQuery);
  const mayChange = useMay()('change key');
  const [made, setMade] = useState<MadeKey | null>(null);
  const error = house.error ?? policies.error;
  if (!mayChange && made === null) {
    return (
      <Screen title="New key">
        <Empty title="You may look at everything here and change nothing">
          Ask an admin to make the key. <TextLink to="/keys">All keys</TextLink>
        </Empty>
      </Screen>
    );
  }
  return (
    <Screen title={made ? 'Your new key' : 'New key'}>
      {house.data && policies.data ? (
        made ? (
          <ShownOnce made={made} models={house.data.models} policies={policies.data} onNext={() => setMade(null)} />
        ) : (
          <>
            <Text c="dimmed" maw={720}>
              Make one for each app, so that each can be told apart and stopped alone.
            </Text>
            <KeyForm house={house.data} policies={policies.data} onMade={setMade} />
          </>
        )
      ) : error ? (
        <Failure
          title="The projects could not be loaded"
          error={error}
          onRetry={() => Promise.all([house.refetch(), policies.refetch()])}
        >
          <TextLink to="/keys">All keys</TextLink>
        </Failure>
      ) : (
        <Waiting what="the projects" />
      )}
    </Screen>
  );
}
