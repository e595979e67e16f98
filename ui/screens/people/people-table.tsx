import { ActionIcon, Badge, Group, Menu, Table, Text, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type ListedPerson, refreshPeople, unlockPerson } from '../../api/people.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { WideTable } from '../../app/wide-table.tsx';
import { sayAgo, sayTime } from '../../app/words.ts';
import { ChangeRoles, RemovePerson, ResetCodes } from './person-dialogs.tsx';

interface Props {
  readonly people: readonly ListedPerson[];
  /** Id of whoever looks; null for nobody of them. */
  readonly me: string | null;
  readonly mayChange: boolean;
}

type Act = 'roles' | 'codes' | 'remove';

/** People with their roles and what can be done about each. */
export function PeopleTable({ people, me, mayChange }: Props) {
  const client = useQueryClient();
  const [open, setOpen] = useState<{ readonly act: Act; readonly person: ListedPerson } | null>(null);
  const unlocking = useMutation({
    mutationFn: ({ id }: ListedPerson) => unlockPerson(id),
    onSuccess: async (_answer, { name }) => {
      await refreshPeople(client);
      notifications.show({ message: `${name} can try to sign in again.` });
    },
  });
  const sayPlace = useSayPlace();
  const close = (): void => setOpen(null);
  return (
    <>
      <Refused error={unlocking.error} />
      <WideTable minWidth={760} label="People">
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Roles</Table.Th>
              <Table.Th>One-time codes</Table.Th>
              <Table.Th>Last seen</Table.Th>
              {mayChange ? (
                <Table.Th>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              ) : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((person) => (
              <Table.Tr key={person.id}>
                <Table.Td>
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {person.name}
                    </Text>
                    {person.id === me ? (
                      <Badge variant="light" tt="none">
                        you
                      </Badge>
                    ) : null}
                    {person.lockedUntil === null ? null : (
                      <Badge variant="dot" color="red" tt="none">
                        {`locked until ${sayTime(person.lockedUntil)}`}
                      </Badge>
                    )}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {person.email}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {person.grants.map((grant) => (
                    <Text key={JSON.stringify(grant)} size="sm">
                      {sayGrants([grant], sayPlace)}
                    </Text>
                  ))}
                </Table.Td>
                <Table.Td>{person.hasCodes ? 'On' : 'Off'}</Table.Td>
                <Table.Td className="unbroken">
                  {person.lastSeenAt === null ? 'not signed in' : sayAgo(person.lastSeenAt, Date.now())}
                </Table.Td>
                {mayChange ? (
                  <Table.Td ta="right">
                    <PersonMenu
                      person={person}
                      onAct={(act) => setOpen({ act, person })}
                      onUnlock={() => unlocking.mutate(person)}
                    />
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      {open?.act === 'roles' ? <ChangeRoles person={open.person} onClose={close} /> : null}
      {open?.act === 'codes' ? <ResetCodes person={open.person} onClose={close} /> : null}
      {open?.act === 'remove' ? <RemovePerson person={open.person} onClose={close} /> : null}
    </>
  );
}

interface MenuProps {
  readonly person: ListedPerson;
  readonly onAct: (act: Act) => void;
  readonly onUnlock: () => void;
}

function PersonMenu({ person, onAct, onUnlock }: MenuProps) {
  return (
    <Menu position="bottom-end" returnFocus>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`What to do about ${person.name}`}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAct('roles')}>Change the roles</Menu.Item>
        {person.lockedUntil === null ? null : <Menu.Item onClick={onUnlock}>Unlock</Menu.Item>}
        {person.hasCodes ? <Menu.Item onClick={() => onAct('codes')}>Reset the codes</Menu.Item> : null}
        <Menu.Item onClick={() => onAct('remove')}>Remove</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
