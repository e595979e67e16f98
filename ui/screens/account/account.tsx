import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { accountQuery } from '../../api/account.ts';
import { ApiError } from '../../api/client.ts';
import { Failure } from '../../app/failure.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { Screen } from '../../app/screen.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { CodesSection } from './codes-section.tsx';
import { NameSection } from './name-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

/** One's own account: name, password, one-time codes, and where one is signed in. */
export function AccountPage() {
  const account = useQuery(accountQuery);
  const { data, error } = account;
  const sayPlace = useSayPlace();
  return (
    <Screen title="Your account">
      {data ? (
        <Stack gap="xl" maw={860}>
          <Text c="dimmed">
            {`${data.person.email}: ${sayGrants(data.person.grants, sayPlace)}. Only an admin can change that.`}
          </Text>
          <NameSection name={data.person.name} />
          {data.hasPassword ? (
            <>
              <PasswordSection />
              <CodesSection codes={data.codes} required={data.codesRequired} />
            </>
          ) : (
            <Text size="sm">
              You sign in by a provider. Password and codes are that provider’s, and are changed there.
            </Text>
          )}
          <SessionsSection sessions={data.sessions} />
        </Stack>
      ) : error ? (
        <Failure
          title={
            error instanceof ApiError && error.code === 'people_only'
              ? 'There is no account to show'
              : 'Your account could not be loaded'
          }
          error={error}
          onRetry={() => account.refetch()}
        />
      ) : (
        <Waiting what="your account" />
      )}
    </Screen>
  );
}
