import { NativeSelect } from '@mantine/core';
import { ROLES, type Role, roleSchema } from '../../policies/access/roles.ts';

interface Props {
  readonly label: string;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** Chooses a role, and says what it is for. */
export function RoleInput({ label, value, onChange }: Props) {
  return (
    <NativeSelect
      label={label}
      description={`${ROLES[value].title}: ${ROLES[value].says}.`}
      inputWrapperOrder={['label', 'input', 'description']}
      value={value}
      data={roleSchema.options.map((role) => ({ value: role, label: ROLES[role].title }))}
      onChange={({ currentTarget }) => onChange(roleSchema.parse(currentTarget.value))}
    />
  );
}
