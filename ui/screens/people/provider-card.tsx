import { Alert, Button, Card, Group, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useId } from 'react';
import { ROLES } from '../../../policies/access/roles.ts';
import {
  deleteProvider,
  refreshSignInSettings,
  type SignInProvider,
  testProvider,
} from '../../api/sign-in-settings.ts';
import { DeleteDialog } from '../../app/delete-dialog.tsx';
import { Refused } from '../../app/form-dialog.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';

/** Whom a provider lets in and as what, in words. */
function sayProvider(
  { groupClaim, groupRoles, newRole, makesAccounts, emailDomains }: SignInProvider,
  sayPlace: ReturnType<typeof useSayPlace>,
): string {
  const who = emailDomains.length === 0 ? 'Whoever it knows' : `Whoever has an address of ${emailDomains.join(', ')}`;
  const groups =
    groupClaim === null
      ? 'may come in'
      : `and is in one of these groups may come in: ${groupRoles.map((grant) => `${grant.group} as ${sayGrants([grant], sayPlace)}`).join(', ')}`;
  const accounts = makesAccounts
    ? groupClaim === null
      ? `Whoever is new gets an account as ${ROLES[newRole].title}.`
      : 'Whoever is new gets an account.'
    : 'Whoever has no account here yet is turned away.';
  return `${who} ${groups}. ${accounts}`;
}

interface Props {
  readonly provider: SignInProvider;
  readonly mayChange: boolean;
  readonly onChange: () => void;
  readonly onDelete: () => void;
}

/** One provider of sign-in: where it is, whom it lets in, and whether it answers. */
export function ProviderCard({ provider, mayChange, onChange, onDelete }: Props) {
  const title = useId();
  const sayPlace = useSayPlace();
  const testing = useMutation({ mutationFn: () => testProvider(provider.id) });
  const { name, issuer } = provider;
  return (
    <Card component="li" withBorder padding="lg" aria-labelledby={title}>
      <Title order={3} size="h2" id={title} mb={4}>
        {name}
      </Title>
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {issuer}
      </Text>
      <Text size="sm" mt="sm">
        {sayProvider(provider, sayPlace)}
      </Text>
      {testing.data ? (
        <Alert
          mt="md"
          variant="light"
          role="status"
          color={testing.data.ok ? 'teal' : 'red'}
          title={testing.data.ok ? 'The provider answers' : 'The provider cannot be used'}
        >
          {testing.data.words}
        </Alert>
      ) : null}
      <Refused error={testing.error} />
      {mayChange ? (
        <Group gap="xs" mt="md">
          <Button size="xs" loading={testing.isPending} aria-label={`Test ${name}`} onClick={() => testing.mutate()}>
            Test
          </Button>
          <Button size="xs" variant="default" aria-label={`Change ${name}`} onClick={onChange}>
            Change
          </Button>
          <Button size="xs" variant="default" aria-label={`Delete ${name}`} onClick={onDelete}>
            Delete
          </Button>
        </Group>
      ) : null}
    </Card>
  );
}

interface DeleteProps {
  readonly provider: SignInProvider;
  readonly onClose: () => void;
}

/** Asks before a provider is deleted. */
export function DeleteProvider({ provider, onClose }: DeleteProps) {
  return (
    <DeleteDialog
      what="provider"
      name={provider.name}
      remove={() => deleteProvider(provider.id)}
      refresh={refreshSignInSettings}
      onClose={onClose}
    >
      <Text size="sm">
        Whoever is signed in by it is signed out at once, perhaps you too. Accounts stay, but those without a password
        cannot come in until there is a provider that knows their address again.
      </Text>
    </DeleteDialog>
  );
}
