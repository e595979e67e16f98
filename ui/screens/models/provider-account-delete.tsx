import { Text } from '@mantine/core';
import { type Account, deleteAccount, refreshAccounts } from '../../api/providers.ts';
import { DeleteDialog } from '../../app/delete-dialog.tsx';

/** Asks before an account is deleted with its keys. */
export function DeleteAccount({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const { id, name } = account;
  return (
    <DeleteDialog
      what="account"
      name={name}
      remove={() => deleteAccount(id)}
      refresh={refreshAccounts}
      onClose={onClose}
    >
      <Text size="sm">
        Its models are served no more, and its key is forgotten: to have it back, you need the key again. Requests that
        are under way finish, and records stay. To stop it for a while, switch it off instead.
      </Text>
    </DeleteDialog>
  );
}
