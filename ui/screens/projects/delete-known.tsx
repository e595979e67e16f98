import { Alert, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { TAG_NAME } from '../../../policies/facts.ts';
import type { HouseAnswer } from '../../api/house.ts';
import { deleteRequests, type FoundRequests, findRequests, type Meant } from '../../api/retention.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { ReasonInput, reasonError } from '../../app/reason-input.tsx';
import { plural } from '../../app/words.ts';

const ALL = '';

interface Props {
  readonly projects: HouseAnswer['projects'];
  readonly onClose: () => void;
}

/** Finds the requests that carry a tag, says how many they are, and then deletes them for good. */
export function DeleteKnown({ projects, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState('user');
  const [value, setValue] = useState('');
  const [project, setProject] = useState(ALL);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [triedToDelete, setTriedToDelete] = useState(false);
  const meant: Meant = { tag: { name: name.trim(), value }, project: project === ALL ? null : project };
  const asked = JSON.stringify(meant);
  const finding = useMutation({
    mutationFn: async () => ({ asked, found: await findRequests(meant) }),
  });
  const deleting = useMutation({
    mutationFn: () => deleteRequests(client, meant, reason.trim()),
    onSuccess: () => {
      onClose();
      notifications.show({ message: 'They are being deleted. The table says how far it is.' });
    },
  });
  // Of what is typed now, and of nothing else.
  const found = finding.data?.asked === asked ? finding.data.found : null;
  const nameError = TAG_NAME.test(meant.tag.name) ? null : 'Give the name of a tag, such as user.';
  const valueError =
    value === '' ? 'Give the value of the tag, such as the name that the app sends for the person.' : null;
  const isReady = found !== null && found.requests > 0;
  const submit = (): void => {
    setTried(true);
    if (nameError !== null || valueError !== null) return;
    if (!isReady) {
      finding.mutate();
      return;
    }
    setTriedToDelete(true);
    if (reasonError(reason) === null) deleting.mutate();
  };
  return (
    <FormDialog
      title="Delete what is known of somebody"
      act={isReady ? `Delete ${plural(found.requests, 'request')} for good` : 'Find the requests'}
      size="lg"
      dangerous={isReady}
      error={isReady ? deleting.error : finding.error}
      pending={finding.isPending || deleting.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">
        Requests say by a tag whom they are of. First see how many there are; nothing is deleted before you say so.
      </Text>
      <Group grow align="flex-start">
        <TextInput
          label="Tag"
          required
          value={name}
          error={tried ? nameError : null}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <TextInput
          label="Its value"
          required
          data-autofocus
          maxLength={1000}
          value={value}
          error={tried ? valueError : null}
          onChange={({ currentTarget }) => setValue(currentTarget.value)}
        />
      </Group>
      <NativeSelect
        label="In"
        value={project}
        onChange={({ currentTarget }) => setProject(currentTarget.value)}
        data={[{ value: ALL, label: 'all projects' }, ...projects.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <div role="status">{found ? <Preview found={found} /> : null}</div>
      {isReady ? (
        <ReasonInput
          value={reason}
          onChange={setReason}
          error={triedToDelete ? reasonError(reason) : null}
          description="It stands in the history for ever, so do not name the person in it."
        />
      ) : null}
    </FormDialog>
  );
}

function Preview({ found: { requests, contents } }: { readonly found: FoundRequests }) {
  if (requests === 0) {
    return (
      <Alert color="gray" variant="light" title="No request carries this tag with this value">
        Look at the list of requests for how the value is written, large and small letters too. What was deleted before
        is not found again.
      </Alert>
    );
  }
  return (
    <Alert color="red" variant="light" title={`${plural(requests, 'request')} would be deleted for good`}>
      Of {contents === requests ? 'all of them' : contents} what was said is still there. That goes, and with it tags,
      the app, the way through the policy, and what apps wrote about the answers. When they were sent, by which key, to
      which model and what they cost stays, since the books must add up. It cannot be undone.
    </Alert>
  );
}
