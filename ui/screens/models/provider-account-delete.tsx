import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Account, deleteAccount, refreshAccounts } from '../../api/providers.ts';
import { FormDialog } from '../../app/form-dialog.tsx';

/** Asks before an account is deleted with its keys. */
export function DeleteAccount({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const client = useQueryClient();
  const { id, name } = account;
  const deleting = useMutation({
    mutationFn: () => deleteAccount(id),
    onSuccess: async () => {
      await refreshAccounts(client);
      onClose();
      notifications.show({ message: `The account “${name}” is deleted.` });
    },
  });
  return (
    <FormDialog
      title={`Delete “${name}”`}
      act="Delete the account"
      dangerous
      error={deleting.error}
      pending={deleting.isPending}
      onSubmit={() => deleting.mutate()}
      onClose={onClose}
    >
      <Text size="sm">
        Its models are served no more, and its key is forgotten: to have it back, you need the key again. Requests that
        are under way finish, and records stay. To stop it for a while, switch it off instead.
      </Text>
    </FormDialog>
  );
}
