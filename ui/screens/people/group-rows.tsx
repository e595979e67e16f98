import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { ROLES, type Role } from '../../api/people.ts';
import { ROLE_WORDS } from '../../app/role-words.ts';

/** A group and what it is here, as it is being typed. `number` tells rows apart. */
export interface GroupRow {
  readonly number: number;
  readonly group: string;
  readonly role: Role;
}

interface Props {
  readonly rows: readonly GroupRow[];
  readonly onChange: (rows: readonly GroupRow[]) => void;
  readonly error: string | null;
}

/** What groups at a provider are here. */
export function GroupRows({ rows, onChange, error }: Props) {
  const change = (number: number, part: Partial<GroupRow>) =>
    onChange(rows.map((row) => (row.number === number ? { ...row, ...part } : row)));
  return (
    <Fieldset legend="Groups" variant="unstyled" styles={{ legend: { fontSize: 14, fontWeight: 600, padding: 0 } }}>
      <Text size="xs" c="dimmed" mb="xs">
        Somebody in several groups gets the role with the most rights; somebody in none of them does not come in.
      </Text>
      <Stack gap="xs" align="stretch">
        {rows.map(({ number, group, role }, i) => (
          <Group key={number} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              aria-label={`Name of group ${i + 1}`}
              placeholder="signalbox-admins"
              flex={1}
              value={group}
              onChange={({ currentTarget }) => change(number, { group: currentTarget.value })}
            />
            <NativeSelect
              aria-label={`Role of group ${i + 1}`}
              w={140}
              value={role}
              onChange={({ currentTarget }) =>
                change(number, { role: ROLES.find((one) => one === currentTarget.value) ?? role })
              }
              data={ROLES.map((one) => ({ value: one, label: ROLE_WORDS[one].title }))}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`Remove group ${i + 1}`}
              onClick={() => onChange(rows.filter((row) => row.number !== number))}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {error === null ? null : (
          <Text size="sm" role="alert" c="var(--mantine-color-error)">
            {error}
          </Text>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...rows, { number: (rows.at(-1)?.number ?? 0) + 1, group: '', role: 'viewer' }])}
        >
          Add a group
        </Button>
      </Stack>
    </Fieldset>
  );
}
