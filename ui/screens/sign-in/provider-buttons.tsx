import { Button, Divider, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { askProvider, providersQuery } from '../../api/session.ts';
import { NotIn } from './not-in.tsx';
import { rememberPlace } from './place.ts';

/** A button for each provider of sign-in; nothing where there is none. */
export function ProviderButtons() {
  const providers = useQuery(providersQuery);
  const asking = useMutation({
    mutationFn: askProvider,
    onSuccess: (address) => {
      rememberPlace();
      window.location.assign(address);
    },
  });
  if (!providers.data || providers.data.length === 0) return null;
  return (
    <Stack gap="sm" mt="lg">
      <Divider label="or" labelPosition="center" />
      <NotIn error={asking.error} />
      {providers.data.map(({ id, name }) => (
        <Button
          key={id}
          variant="default"
          loading={(asking.isPending || asking.isSuccess) && asking.variables === id}
          onClick={() => asking.mutate(id)}
        >
          {`Sign in with ${name}`}
        </Button>
      ))}
    </Stack>
  );
}
