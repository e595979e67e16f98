import { Button, Checkbox, Fieldset, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { Grant } from '../../policies/access/grants.ts';
import { definitionOf, type Role } from '../../policies/access/roles.ts';
import { PlaceInput } from './place-input.tsx';
import { RoleInput } from './role-input.tsx';

interface Props {
  readonly label: string;
  readonly value: readonly Grant[];
  readonly onChange: (grants: Grant[]) => void;
}

export const VIEWER: Grant = { role: 'viewer', within: null, content: false };

/** A role never keeps the right to read what was said where it cannot have it. */
const withRole = (grant: Grant, role: Role): Grant => ({
  ...grant,
  role,
  content: grant.content && definitionOf(role).content === 'if granted',
});

/** Roles, each with where it counts. All of them together count; one is always left. */
export function GrantsInput({ label, value, onChange }: Props) {
  const change = (at: number, grant: Grant) => onChange(value.map((one, i) => (i === at ? grant : one)));
  return (
    <Fieldset legend={label} variant="unstyled" styles={{ legend: { fontSize: 14, fontWeight: 600, padding: 0 } }}>
      <Stack gap="sm" align="stretch">
        {value.map((grant, i) => {
          const number = value.length > 1 ? ` ${i + 1}` : '';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name of its own, and keeps no state.
            <Paper key={i} withBorder p="sm" role="group" aria-label={`Role${number || ' 1'}`}>
              <Stack gap="sm">
                <Group gap="sm" grow align="flex-start">
                  <RoleInput
                    label={`Role${number}`}
                    value={grant.role}
                    onChange={(role) => change(i, withRole(grant, role))}
                  />
                  <PlaceInput
                    label={`Where it counts${number && `, role${number}`}`}
                    value={grant.within}
                    onChange={(within) => change(i, { ...grant, within })}
                  />
                </Group>
                {definitionOf(grant.role).content === 'if granted' ? (
                  <Checkbox
                    label={`May read what people and models said${number && ` (role${number})`}`}
                    description="Without it, requests are seen without their messages. Each look is written to the history."
                    checked={grant.content}
                    onChange={({ currentTarget }) => change(i, { ...grant, content: currentTarget.checked })}
                  />
                ) : null}
                {value.length > 1 ? (
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    color="gray"
                    style={{ alignSelf: 'flex-start' }}
                    onClick={() => onChange(value.filter((_one, at) => at !== i))}
                  >
                    {`Take role${number} away`}
                  </Button>
                ) : null}
              </Stack>
            </Paper>
          );
        })}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => onChange([...value, VIEWER])}
        >
          Add another role
        </Button>
        {value.length > 1 ? (
          <Text size="xs" c="dimmed">
            All of these together count.
          </Text>
        ) : null}
      </Stack>
    </Fieldset>
  );
}
