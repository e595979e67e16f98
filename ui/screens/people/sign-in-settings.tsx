import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import { type SignInProvider, signInSettingsQuery } from '../../api/sign-in-settings.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { Section } from '../../app/section.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { LimitsForm } from './limits-form.tsx';
import { DeleteProvider, ProviderCard } from './provider-card.tsx';
import { ProviderForm } from './provider-form.tsx';

type Open = { readonly what: 'new' } | { readonly what: 'change' | 'delete'; readonly provider: SignInProvider };

/** How people sign in: limits of sessions, who shows a code, and providers. */
export function SignInSettingsPage() {
  const query = useQuery(signInSettingsQuery);
  const mayChange = useMay()('change people');
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const { data } = query;
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setOpen({ what: 'new' })}>
      New provider
    </Button>
  );
  return (
    <Screen title="Sign-in">
      {data ? (
        <Stack gap="xl">
          <LimitsForm settings={data.settings} mayChange={mayChange} />
          <Section title="Providers" aside={mayChange && data.providers.length > 0 ? add : undefined}>
            <Text size="sm" c="dimmed" maw={760}>
              With a provider, people sign in with the account that they have in your organisation anyway. It has to
              speak OpenID Connect, as those of Google, Microsoft, Okta and Keycloak do.
            </Text>
            {data.providers.length === 0 ? (
              <Empty title="There is no provider yet">
                {mayChange ? (
                  <>
                    <Text mb="md">People sign in with a password until you add one.</Text>
                    {add}
                  </>
                ) : (
                  'Ask an admin to add one.'
                )}
              </Empty>
            ) : (
              <SimpleGrid cols={{ base: 1, md: 2 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                {data.providers.map((provider) => (
                  <ProviderCard
                    key={provider.id}
                    provider={provider}
                    mayChange={mayChange}
                    onChange={() => setOpen({ what: 'change', provider })}
                    onDelete={() => setOpen({ what: 'delete', provider })}
                  />
                ))}
              </SimpleGrid>
            )}
          </Section>
          {open?.what === 'new' || open?.what === 'change' ? (
            <ProviderForm
              provider={open.what === 'change' ? open.provider : null}
              returnAddress={data.returnAddress}
              onClose={close}
            />
          ) : null}
          {open?.what === 'delete' ? <DeleteProvider provider={open.provider} onClose={close} /> : null}
        </Stack>
      ) : query.error ? (
        <Failure title="The settings could not be loaded" error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Waiting what="the settings" />
      )}
    </Screen>
  );
}
