import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { Grant } from '../../../policies/access/grants.ts';
import { ROLES, roleSchema } from '../../../policies/access/roles.ts';
import { VIEWER } from '../../app/grants-input.tsx';
import { PlaceInput } from '../../app/place-input.tsx';

/** A group and what it is here, as it is being typed. `number` tells rows apart. */
export interface GroupRow extends Grant {
  readonly number: number;
  readonly group: string;
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
        Somebody in several groups has all their roles; somebody in none of them does not come in.
      </Text>
      <Stack gap="xs" align="stretch">
        {rows.map(({ number, group, role, within }, i) => (
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
              onChange={({ currentTarget }) => change(number, { role: roleSchema.parse(currentTarget.value) })}
              data={roleSchema.options.map((one) => ({ value: one, label: ROLES[one].title }))}
            />
            <PlaceInput
              isBare
              label={`Where group ${i + 1} counts`}
              value={within}
              onChange={(value) => change(number, { within: value })}
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
          onClick={() => onChange([...rows, { number: (rows.at(-1)?.number ?? 0) + 1, group: '', ...VIEWER }])}
        >
          Add a group
        </Button>
      </Stack>
    </Fieldset>
  );
}
