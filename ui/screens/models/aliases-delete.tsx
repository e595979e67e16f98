import { Text } from '@mantine/core';
import { type Alias, deleteAlias, refreshAliases } from '../../api/aliases.ts';
import { DeleteDialog } from '../../app/delete-dialog.tsx';
import { KeysNaming, PoliciesNaming } from './aliases.tsx';

/** Asks before an alias is taken away. */
export function DeleteAlias({ alias, onClose }: { readonly alias: Alias; readonly onClose: () => void }) {
  const { name, policies, keys } = alias;
  return (
    <DeleteDialog what="alias" name={name} remove={() => deleteAlias(name)} refresh={refreshAliases} onClose={onClose}>
      <Text size="sm">
        Apps that ask for “{name}” hear that there is no such model. Policies that name it have to name another model
        before, and keys that are limited to it have to get other limits.
      </Text>
      <Text size="sm" fw={600}>
        Policies
      </Text>
      <PoliciesNaming policies={policies} />
      <Text size="sm" fw={600}>
        Keys
      </Text>
      <KeysNaming keys={keys} />
    </DeleteDialog>
  );
}
