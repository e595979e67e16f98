import { Button, Collapse, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { PERMISSIONS, type Permission, permissions } from '../../../policies/access/permissions.ts';
import { definitionOf, ROLES, type Role, roleSchema } from '../../../policies/access/roles.ts';
import { Section } from '../../app/section.tsx';
import { WideTable } from '../../app/wide-table.tsx';

function sayRight(role: Role, permission: Permission): string {
  const { may, own, content } = definitionOf(role);
  if (may.includes(permission)) return 'yes';
  if (own.includes(permission)) return 'own';
  return permission === 'read content' && content === 'if granted' ? 'if granted' : '–';
}

/** What each role may do, to look up; from the definition by which the gateway decides. */
export function RoleTable() {
  const [shown, { toggle }] = useDisclosure(false);
  return (
    <Section title="Roles">
      <Text size="sm" c="dimmed" maw={760} mb="sm">
        A role counts in the whole organisation, or in one team, one project, or for one policy: there it reaches its
        policies, keys, budgets, requests and usage. “Own” is what one has made oneself.
      </Text>
      <Button
        variant="default"
        size="xs"
        aria-expanded={shown}
        style={{ alignSelf: 'flex-start' }}
        leftSection={shown ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        onClick={toggle}
      >
        What each role may do
      </Button>
      <Collapse expanded={shown}>
        {shown ? (
          <WideTable minWidth={1100} label="What each role may do">
            <Table highlightOnHover verticalSpacing={6} mt="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>May they …</Table.Th>
                  {roleSchema.options.map((role) => (
                    <Table.Th key={role} ta="center">
                      {ROLES[role].title}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {permissions.map((permission) => (
                  <Table.Tr key={permission}>
                    <Table.Th scope="row" fw={400} maw={360}>
                      {PERMISSIONS[permission]}
                    </Table.Th>
                    {roleSchema.options.map((role) => (
                      <Table.Td key={role} ta="center">
                        {sayRight(role, permission)}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </WideTable>
        ) : null}
      </Collapse>
    </Section>
  );
}
