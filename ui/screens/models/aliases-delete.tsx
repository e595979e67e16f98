import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Alias, deleteAlias, refreshAliases } from '../../api/aliases.ts';
import { FormDialog } from '../../app/form-dialog.tsx';
import { PoliciesNaming } from './aliases.tsx';

/** Asks before an alias is taken away. */
export function DeleteAlias({ alias, onClose }: { readonly alias: Alias; readonly onClose: () => void }) {
  const client = useQueryClient();
  const { name, policies } = alias;
  const deleting = useMutation({
    mutationFn: () => deleteAlias(name),
    onSuccess: async () => {
      await refreshAliases(client);
      onClose();
      notifications.show({ message: `The alias “${name}” is deleted.` });
    },
  });
  return (
    <FormDialog
      title={`Delete “${name}”`}
      act="Delete the alias"
      dangerous
      error={deleting.error}
      pending={deleting.isPending}
      onSubmit={() => deleting.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Apps that ask for “{name}” hear that there is no such model. Policies that name it have to name another model
        before:
      </Text>
      <PoliciesNaming policies={policies} />
    </FormDialog>
  );
}
