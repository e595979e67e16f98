import { Alert, Autocomplete, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Alias, refreshAliases, setAlias } from '../../api/aliases.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { plural } from '../../app/words.ts';
import { PoliciesNaming } from './aliases.tsx';

interface Props {
  /** The one that is changed; null for a new one. */
  readonly alias: Alias | null;
  readonly offered: readonly string[];
  readonly onClose: () => void;
}

/** Makes an alias, or leads one to another model, after a look at the policies that this affects. */
export function AliasForm({ alias, offered, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(alias?.name ?? '');
  const [model, setModel] = useState(alias?.model ?? '');
  const [reason, setReason] = useState('');
  const [submitted, setSubmitted] = useState(false);
  const errors = {
    name: /^[a-z0-9][a-z0-9._-]*$/.test(name.trim())
      ? null
      : 'Use small letters, digits, dots and hyphens, such as cheap.',
    model:
      model.trim() === ''
        ? 'Choose the model that it leads to.'
        : model.trim() === alias?.model
          ? 'It leads to this model already. Choose another one.'
          : null,
  };
  const setting = useMutation({
    mutationFn: () => setAlias(name.trim(), model.trim(), reason.trim() || null),
    onSuccess: async (set) => {
      await refreshAliases(client);
      onClose();
      notifications.show({ message: `“${set.name}” leads to ${set.model} now.` });
    },
  });
  const live = alias?.policies.filter((policy) => policy.live) ?? [];
  return (
    <FormDialog
      title={alias ? `Change “${alias.name}”` : 'Add an alias'}
      act={alias ? 'Change the alias' : 'Add the alias'}
      error={setting.error}
      pending={setting.isPending}
      onSubmit={() => {
        setSubmitted(true);
        if (Object.values(errors).every((error) => error === null)) setting.mutate();
      }}
      onClose={onClose}
    >
      {alias ? (
        <Alert
          variant="light"
          color={live.length > 0 ? 'orange' : 'blue'}
          title={
            live.length > 0
              ? `The next requests of ${plural(live.length, 'policy', 'policies')} go to the other model`
              : 'No live policy names it'
          }
        >
          {alias.policies.length > 0 ? <PoliciesNaming policies={alias.policies} /> : null}
          <Text size="sm" mt="xs">
            Apps that name the alias themselves go there too. Budgets hold what the other model costs.
          </Text>
        </Alert>
      ) : null}
      {alias ? null : (
        <TextInput
          label="Alias"
          description="What policies and apps call it by."
          required
          data-autofocus
          maxLength={64}
          spellCheck={false}
          value={name}
          error={submitted ? errors.name : null}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
      )}
      <Autocomplete
        label="Model"
        description="Also one that is not listed, if a provider serves it."
        required
        {...(alias ? { 'data-autofocus': true } : {})}
        data={[...offered]}
        limit={30}
        value={model}
        error={submitted ? errors.model : null}
        onChange={setModel}
      />
      <TextInput
        label="Reason"
        description="It stands in the history. You may leave it empty."
        maxLength={1000}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
    </FormDialog>
  );
}
