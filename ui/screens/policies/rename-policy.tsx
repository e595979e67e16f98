import { Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changePolicy, refreshPolicies } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { isPolicyName } from './policy-name.ts';

/** Changes title, description and, while it was never published, the name of a policy. */
export function RenamePolicy({ policy, onClose }: { readonly policy: Policy; readonly onClose: () => void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState(policy.title);
  const [name, setName] = useState(policy.name);
  const [description, setDescription] = useState(policy.description);
  const [tried, setTried] = useState(false);
  const published = policy.liveVersion !== null;
  const renaming = useMutation({
    mutationFn: () =>
      changePolicy(policy.id, {
        title: title.trim(),
        description: description.trim(),
        ...(name === policy.name ? {} : { name }),
      }),
    onSuccess: async () => {
      await refreshPolicies(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (title.trim() !== '' && isPolicyName(name)) renaming.mutate();
  };
  return (
    <FormDialog
      title={`Rename “${policy.title}”`}
      act="Save"
      error={renaming.error}
      pending={renaming.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label="Title"
        required
        data-autofocus
        maxLength={120}
        value={title}
        error={tried && title.trim() === '' ? 'Give it a title.' : null}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
      />
      <TextInput
        label="Name"
        description={
          published
            ? 'It stays: the policy was published, and apps may ask for it by this name.'
            : `Apps ask for it as policy/${name}.`
        }
        required
        disabled={published}
        value={name}
        error={tried && !isPolicyName(name) ? 'Use small letters, digits and hyphens, at most 63.' : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Textarea
        label="Description"
        autosize
        minRows={3}
        maxRows={8}
        maxLength={2000}
        value={description}
        onChange={({ currentTarget }) => setDescription(currentTarget.value)}
      />
    </FormDialog>
  );
}
