import { Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refreshHouse } from '../../api/house.ts';
import { FormDialog } from '../../app/form-dialog.tsx';

interface Props {
  readonly title: string;
  readonly label: string;
  /** What the button says. */
  readonly act: string;
  /** The name that stands there at first. */
  readonly name: string;
  /** True where something that is in use gets another name. */
  readonly renames?: boolean;
  readonly save: (name: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for the name of a team or a project. */
export function NameDialog({ title, label, act, name: first, renames, save, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(first);
  const [tried, setTried] = useState(false);
  const saving = useMutation({
    mutationFn: () => save(name.trim()),
    onSuccess: async () => {
      await refreshHouse(client);
      onClose();
    },
  });
  const submit = (): void => {
    setTried(true);
    if (name.trim() !== '') saving.mutate();
  };
  return (
    <FormDialog
      title={title}
      act={act}
      error={saving.error}
      pending={saving.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      {renames ? (
        <Text size="sm">
          Requests carry the new name from now on. Policies that ask for the old one, and budgets that count by it, see
          another name: look at them afterwards.
        </Text>
      ) : null}
      <TextInput
        label={label}
        required
        data-autofocus
        maxLength={120}
        value={name}
        error={tried && name.trim() === '' ? 'Give it a name.' : null}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
    </FormDialog>
  );
}
