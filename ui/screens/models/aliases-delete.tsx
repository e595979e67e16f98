import { Text } from '@mantine/core';
import { type Alias, deleteAlias, refreshAliases } from '../../api/aliases.ts';
import { DeleteDialog } from '../../app/delete-dialog.tsx';
import { PoliciesNaming } from './aliases.tsx';

/** Asks before an alias is taken away. */
export function DeleteAlias({ alias, onClose }: { readonly alias: Alias; readonly onClose: () => void }) {
  const { name, policies } = alias;
  return (
    <DeleteDialog what="alias" name={name} remove={() => deleteAlias(name)} refresh={refreshAliases} onClose={onClose}>
      <Text size="sm">
        Apps that ask for “{name}” hear that there is no such model. Policies that name it have to name another model
        before:
      </Text>
      <PoliciesNaming policies={policies} />
    </DeleteDialog>
  );
}
