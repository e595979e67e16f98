import { Badge, Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Invitation, refreshPeople, withdrawInvitation } from '../../api/people.ts';
import { useAuthors } from '../../app/authors.ts';
import { Refused } from '../../app/form-dialog.tsx';
import { sayGrants, useSayPlace } from '../../app/grant-words.ts';
import { Section } from '../../app/section.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayMoment } from '../../app/words.ts';

interface Props {
  readonly invitations: readonly Invitation[];
  readonly mayChange: boolean;
}

/** Who is invited and has not come yet. */
export function InvitationTable({ invitations, mayChange }: Props) {
  const client = useQueryClient();
  const author = useAuthors();
  const sayPlace = useSayPlace();
  const withdrawing = useMutation({
    mutationFn: ({ id }: Invitation) => withdrawInvitation(id),
    onSuccess: async (_answer, { email }) => {
      await refreshPeople(client);
      notifications.show({ message: `The invitation for ${email} is withdrawn. You can invite them again.` });
    },
  });
  return (
    <Section title="Invitations">
      <Refused error={withdrawing.error} />
      {invitations.length === 0 ? (
        <Text size="sm" c="dimmed">
          {mayChange
            ? 'Nobody is invited at the moment. “Invite somebody” makes a link for them.'
            : 'Nobody is invited at the moment.'}
        </Text>
      ) : (
        <WideTable minWidth={640} label="Invitations">
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>E-mail</Table.Th>
                <Table.Th>Roles</Table.Th>
                <Table.Th>Invited by</Table.Th>
                <Table.Th>Until</Table.Th>
                {mayChange ? (
                  <Table.Th>
                    <VisuallyHidden>Actions</VisuallyHidden>
                  </Table.Th>
                ) : null}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {invitations.map((invitation) => (
                <Table.Tr key={invitation.id}>
                  <Table.Td>{invitation.email}</Table.Td>
                  <Table.Td>{sayGrants(invitation.grants, sayPlace)}</Table.Td>
                  <Table.Td>{author(invitation.createdBy)}</Table.Td>
                  <Table.Td className="unbroken">
                    {invitation.expiresAt > Date.now() ? (
                      sayMoment(invitation.expiresAt)
                    ) : (
                      <Badge variant="dot" color="gray" tt="none">
                        too old
                      </Badge>
                    )}
                  </Table.Td>
                  {mayChange ? (
                    <Table.Td ta="right">
                      <Button
                        size="xs"
                        variant="default"
                        loading={withdrawing.isPending && withdrawing.variables.id === invitation.id}
                        aria-label={`Withdraw the invitation for ${invitation.email}`}
                        onClick={() => withdrawing.mutate(invitation)}
                      >
                        Withdraw
                      </Button>
                    </Table.Td>
                  ) : null}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </Section>
  );
}
