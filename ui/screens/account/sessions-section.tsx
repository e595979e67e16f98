import { Badge, Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type PersonSession, refreshAccount, signOutOf, signOutOthers } from '../../api/account.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { Section } from '../../app/section.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayAgo, sayMoment } from '../../app/words.ts';

/** Where one is signed in, with the way out of each. */
export function SessionsSection({ sessions }: { readonly sessions: readonly PersonSession[] }) {
  const client = useQueryClient();
  const ended = async (): Promise<void> => {
    await refreshAccount(client);
    notifications.show({ message: 'Signed out there.' });
  };
  const leaving = useMutation({ mutationFn: signOutOf, onSuccess: ended });
  const leavingAll = useMutation({ mutationFn: signOutOthers, onSuccess: ended });
  const hasOthers = sessions.some(({ isThis }) => !isThis);
  return (
    <Section
      title="Where you are signed in"
      aside={
        hasOthers ? (
          <Button size="xs" variant="default" loading={leavingAll.isPending} onClick={() => leavingAll.mutate()}>
            Sign out everywhere else
          </Button>
        ) : undefined
      }
    >
      <Text size="sm" c="dimmed">
        If you do not know one of these, sign it out and change your password.
      </Text>
      <Refused error={leaving.error ?? leavingAll.error} />
      <WideTable minWidth={640} label="Where you are signed in">
        <Table verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Browser</Table.Th>
              <Table.Th>Address</Table.Th>
              <Table.Th>Since</Table.Th>
              <Table.Th>Last seen</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sessions.map(({ id, browser, address, beganAt, lastSeenAt, isThis }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Group gap="xs">
                    <Text size="sm">{browser}</Text>
                    {isThis ? (
                      <Badge variant="light" tt="none">
                        this one
                      </Badge>
                    ) : null}
                  </Group>
                </Table.Td>
                <Table.Td>{address}</Table.Td>
                <Table.Td className="unbroken">{sayMoment(beganAt)}</Table.Td>
                <Table.Td className="unbroken">{sayAgo(lastSeenAt, Date.now())}</Table.Td>
                <Table.Td ta="right">
                  {isThis ? null : (
                    <Button
                      size="xs"
                      variant="default"
                      loading={leaving.isPending && leaving.variables === id}
                      aria-label={`Sign out ${browser}, since ${sayMoment(beganAt)}`}
                      onClick={() => leaving.mutate(id)}
                    >
                      Sign out
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
    </Section>
  );
}
