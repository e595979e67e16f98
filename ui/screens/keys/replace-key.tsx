import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Key, type MadeKey, refreshKeys, replaceKey } from '../../api/keys.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { ShownOnceDialog } from '../../app/shown-once-dialog.tsx';
import { sayMoment } from '../../app/words.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long the old key goes on, in milliseconds. */
const OVERLAPS = [
  { value: String(HOUR), label: 'one more hour' },
  { value: String(DAY), label: 'one more day' },
  { value: String(7 * DAY), label: '7 more days' },
  { value: String(30 * DAY), label: '30 more days' },
] as const;

/** Makes a key like another one, which goes on for a while, and shows it once. */
export function ReplaceKey({ of: key, onClose }: { readonly of: Key; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(key.name);
  const [overlap, setOverlap] = useState(String(7 * DAY));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const making = useMutation({
    mutationFn: () =>
      replaceKey(key.id, { name: name.trim(), endsAt: Date.now() + Number(overlap), reason: reason.trim() }),
    onSuccess: () => refreshKeys(client),
  });
  const nameError = name.trim() === '' ? 'Give it a name, such as that of the app.' : null;
  const submit = (): void => {
    setTried(true);
    if (nameError === null && reasonError(reason) === null) making.mutate();
  };
  if (making.data) return <Made made={making.data} onClose={onClose} />;
  return (
    <FormDialog
      title={`A new key in place of “${key.name}”`}
      act="Make the new key"
      size="lg"
      error={making.error}
      pending={making.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        The new key has the same project, tags and limits. The old one goes on for a while, so that the app can change
        over; then it expires.
        {key.expiresAt === null ? '' : ' The new one lasts as long as the old one was made to last.'}
      </Text>
      <TextInput
        label="Name of the new key"
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried ? nameError : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <NativeSelect
        label="The old key can be used for"
        {...(key.expiresAt !== null && { description: `And in no case after ${sayMoment(key.expiresAt)}.` })}
        value={overlap}
        onChange={({ currentTarget }) => setOverlap(currentTarget.value)}
        data={[...OVERLAPS]}
      />
      <ReasonInput value={reason} onChange={setReason} error={tried ? reasonError(reason) : null} />
    </FormDialog>
  );
}

function Made({ made: { key, token }, onClose }: { readonly made: MadeKey; readonly onClose: () => void }) {
  return (
    <ShownOnceDialog
      title={`The key “${key.name}”`}
      label="The key"
      copy="Copy the key"
      text={token}
      words="Copy it now: it is shown this once. Signalbox keeps only a fingerprint of it. If it is lost, revoke it and make another."
      onClose={onClose}
    />
  );
}
