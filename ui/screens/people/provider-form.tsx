import { PasswordInput, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Role } from '../../../policies/access/roles.ts';
import { refreshSignInSettings, type SignInProvider, saveProvider } from '../../api/sign-in-settings.ts';
import { CopyButton } from '../../app/copy-button.tsx';
import { FormDialog } from '../../app/form-dialog.tsx';
import { RoleInput } from '../../app/role-input.tsx';
import { type GroupRow, GroupRows } from './group-rows.tsx';

interface Props {
  /** The one that is changed; null for a new one. */
  readonly provider: SignInProvider | null;
  /** Where it sends browsers back. */
  readonly returnAddress: string;
  readonly onClose: () => void;
}

/** Adds a provider of sign-in, or changes one. */
export function ProviderForm({ provider, returnAddress, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(provider?.name ?? '');
  const [issuer, setIssuer] = useState(provider?.issuer ?? '');
  const [clientId, setClientId] = useState(provider?.clientId ?? '');
  const [secret, setSecret] = useState('');
  const [scopes, setScopes] = useState<string[]>(
    provider?.scopes.filter((scope) => scope !== 'openid') ?? ['profile', 'email'],
  );
  const [domains, setDomains] = useState<string[]>(provider?.emailDomains ?? []);
  const [byGroups, setByGroups] = useState(provider !== null && provider.groupClaim !== null);
  const [claim, setClaim] = useState(provider?.groupClaim ?? 'groups');
  const [groups, setGroups] = useState<readonly GroupRow[]>(
    provider?.groupRoles.map((row, number) => ({ ...row, number })) ?? [],
  );
  const [newRole, setNewRole] = useState<Role>(provider?.newRole ?? 'viewer');
  const [makesAccounts, setMakesAccounts] = useState(provider?.makesAccounts ?? true);
  const [tried, setTried] = useState(false);

  const groupRoles = groups
    .map(({ number: _number, ...row }) => ({ ...row, group: row.group.trim() }))
    .filter(({ group }) => group !== '');
  const errors = {
    name: name.trim() === '' ? 'Give it a name: its button says “Sign in with” and this.' : null,
    issuer: /^https?:\/\/\S+$/.test(issuer.trim()) ? null : 'Enter the address of the provider, from https:// on.',
    clientId: clientId.trim() === '' ? 'Enter the id that the provider has given to this gateway.' : null,
    claim: byGroups && claim.trim() === '' ? 'Say where the provider writes the groups.' : null,
    groups: byGroups && groupRoles.length === 0 ? 'Name at least one group, or nobody can come in.' : null,
  };
  const saving = useMutation({
    mutationFn: () =>
      saveProvider(provider?.id ?? null, {
        name: name.trim(),
        issuer: issuer.trim(),
        clientId: clientId.trim(),
        scopes,
        clientSecret: provider !== null && secret === '' ? null : secret,
        groupClaim: byGroups ? claim.trim() : null,
        groupRoles: byGroups ? groupRoles : [],
        newRole,
        makesAccounts,
        emailDomains: domains,
      }),
    onSuccess: async () => {
      await refreshSignInSettings(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (Object.values(errors).every((error) => error === null)) saving.mutate();
  };
  return (
    <FormDialog
      title={provider ? `Change “${provider.name}”` : 'New provider'}
      act={provider ? 'Change the provider' : 'Add the provider'}
      size="lg"
      error={saving.error}
      pending={saving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div>
        <Text size="sm">
          At the provider, register this gateway as a web application, and enter this as the address to return to:
        </Text>
        <TextInput aria-label="Address to return to" readOnly mt="xs" value={returnAddress} />
        <CopyButton text={returnAddress} label="Copy the address" />
      </div>
      <TextInput
        label="Name"
        required
        maxLength={120}
        value={name}
        error={tried ? errors.name : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <TextInput
        label="Address of the provider"
        description="Often called “issuer”, exactly as the provider writes it, such as https://accounts.google.com."
        required
        value={issuer}
        error={tried ? errors.issuer : null}
        onChange={({ currentTarget }) => setIssuer(currentTarget.value)}
      />
      <TextInput
        label="Client id"
        description="What the provider calls this gateway."
        required
        autoComplete="off"
        value={clientId}
        error={tried ? errors.clientId : null}
        onChange={({ currentTarget }) => setClientId(currentTarget.value)}
      />
      <PasswordInput
        label="Client secret"
        description={
          provider?.hasSecret
            ? 'Leave it empty to keep the one there is. It is sealed, and never shown again.'
            : 'It is sealed, and never shown again.'
        }
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the secret' }}
        value={secret}
        onChange={({ currentTarget }) => setSecret(currentTarget.value)}
      />
      <TagsInput
        label="Scopes"
        description="What the provider is asked for besides who somebody is. Press Enter after each."
        value={scopes}
        onChange={setScopes}
        clearable={false}
      />
      <TagsInput
        label="E-mail domains"
        description="Only addresses of these may come in, such as example.com; empty for all. Press Enter after each."
        value={domains}
        onChange={setDomains}
        clearable={false}
      />
      <Switch
        label="Groups at the provider decide who may come in, and as what"
        checked={byGroups}
        onChange={({ currentTarget }) => setByGroups(currentTarget.checked)}
      />
      {byGroups ? (
        <Stack gap="md">
          <TextInput
            label="Where the groups stand"
            description="The name of the claim in which the provider lists the groups of a person."
            value={claim}
            error={tried ? errors.claim : null}
            onChange={({ currentTarget }) => setClaim(currentTarget.value)}
          />
          <GroupRows rows={groups} onChange={setGroups} error={tried ? errors.groups : null} />
        </Stack>
      ) : (
        <RoleInput label="Whoever is new comes as" value={newRole} onChange={setNewRole} />
      )}
      <Switch
        label="Whoever is new gets an account without an invitation"
        checked={makesAccounts}
        onChange={({ currentTarget }) => setMakesAccounts(currentTarget.checked)}
      />
    </FormDialog>
  );
}
