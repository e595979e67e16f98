import { Radio, Stack } from '@mantine/core';
import { ROLES, type Role } from '../api/people.ts';
import { ROLE_WORDS } from './role-words.ts';

interface Props {
  readonly label: string;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** Chooses a role, each with what it may do. */
export function RoleInput({ label, value, onChange }: Props) {
  return (
    <Radio.Group
      label={label}
      value={value}
      onChange={(chosen) => onChange(ROLES.find((role) => role === chosen) ?? value)}
    >
      <Stack gap="xs" mt="xs">
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={`${ROLE_WORDS[role].title}: ${ROLE_WORDS[role].says}`} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
