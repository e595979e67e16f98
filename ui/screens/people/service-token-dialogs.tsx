import { NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Grant } from '../../../policies/access/grants.ts';
import {
  createServiceToken,
  type MadeToken,
  refreshServiceTokens,
  revokeServiceToken,
  type ServiceToken,
} from '../../api/service-tokens.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { GrantsInput, VIEWER } from '../../app/grants-input.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { ShownOnceDialog } from '../../app/shown-once-dialog.tsx';

const DAYS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '180', label: 'half a year' },
  { value: '365', label: 'a year' },
] as const;

/** Makes a service token, and shows it once. */
export function NewServiceToken({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [grants, setGrants] = useState<readonly Grant[]>([VIEWER]);
  const [scope, setScope] = useState<ServiceToken['scope']>('read');
  const [days, setDays] = useState('90');
  const [tried, setTried] = useState(false);
  const making = useMutation({
    mutationFn: () => createServiceToken({ name: name.trim(), grants, scope, days: Number(days) }),
    onSuccess: () => refreshServiceTokens(client),
  });
  const error = name.trim() === '' ? 'Give it a name, such as that of the program.' : null;
  const submit = (): void => {
    setTried(true);
    if (error === null) making.mutate();
  };
  if (making.data) return <Made made={making.data} onClose={onClose} />;
  return (
    <FormDialog
      title="New service token"
      size="lg"
      act="Make the token"
      error={making.error}
      pending={making.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Of the program that uses it, so that people know what stops when it is revoked."
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried ? error : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <GrantsInput label="Its roles" value={grants} onChange={setGrants} />
      <Radio.Group
        label="What it may do"
        value={scope}
        onChange={(value) => setScope(value === 'role' ? 'role' : 'read')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="read" label="Only look, within its roles" />
          <Radio value="role" label="All that its roles may do" />
        </Stack>
      </Radio.Group>
      <NativeSelect
        label="It ends by itself after"
        value={days}
        onChange={({ currentTarget }) => setDays(currentTarget.value)}
        data={[...DAYS]}
      />
    </FormDialog>
  );
}

function Made({ made: { serviceToken, token }, onClose }: { readonly made: MadeToken; readonly onClose: () => void }) {
  return (
    <ShownOnceDialog
      title={`The token “${serviceToken.name}”`}
      label="The token"
      copy="Copy the token"
      text={token}
      words="Copy it now: it is shown this once. The program sends it with every request as “Authorization: Bearer” and the token. If it is lost, revoke it and make another."
      onClose={onClose}
    />
  );
}

interface RevokeProps {
  readonly token: ServiceToken;
  readonly onClose: () => void;
}

/** Revokes a service token for good. */
export function RevokeServiceToken({ token, onClose }: RevokeProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const revoking = useMutation({
    mutationFn: () => revokeServiceToken(token.id, reason.trim()),
    onSuccess: async () => {
      await refreshServiceTokens(client);
      onClose();
      notifications.show({ message: `The token “${token.name}” is revoked.` });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (reasonError(reason) === null) revoking.mutate();
  };
  return (
    <FormDialog
      title={`Revoke “${token.name}”`}
      act="Revoke for good"
      dangerous
      error={revoking.error}
      pending={revoking.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        The program that uses it is refused from its next request on, until it has another token. This cannot be undone.
      </Text>
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} first />
    </FormDialog>
  );
}
