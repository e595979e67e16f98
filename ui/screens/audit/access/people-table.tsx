import { Table, Text } from '@mantine/core';
import { type AccessThen, REVIEWED } from '../../../api/audit-desk.ts';
import { Empty } from '../../../app/empty.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { sayCount, sayMoment } from '../../../app/words.ts';
import type { Names } from '../names.ts';
import { REVIEWED_WORDS, sayReach, sayRoles } from './access-words.ts';

interface Props {
  readonly people: AccessThen['people'];
  readonly names: Names;
}

const firstLarge = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** People and programs with their roles, and what these let them do. */
export function PeopleTable({ people, names: { nameOf, authorOf } }: Props) {
  if (people.length === 0) return <Empty title="There was no account then">Choose a later moment.</Empty>;
  return (
    <WideTable minWidth={980} label="People and programs">
      <Table verticalSpacing="sm" withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Who</Table.Th>
            <Table.Th>Roles</Table.Th>
            {REVIEWED.map((name) => (
              <Table.Th key={name}>{REVIEWED_WORDS[name]}</Table.Th>
            ))}
            <Table.Th>Given by</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Th scope="row" fw={500}>
                <TextLink to="/audit/deeds" search={{ who: one.id }}>
                  {firstLarge(authorOf(one.id))}
                </TextLink>
                {one.expiresAt === null ? null : (
                  <Text size="sm" c="dimmed">
                    until {sayMoment(one.expiresAt)}
                  </Text>
                )}
              </Table.Th>
              <Table.Td>{sayRoles(one, nameOf)}</Table.Td>
              {REVIEWED.map((name) => {
                const reach = one.may[name];
                const said = reach === undefined ? 'no' : sayReach(reach, nameOf);
                return (
                  <Table.Td key={name} {...(said === 'no' ? { c: 'dimmed' } : {})}>
                    {said}
                  </Table.Td>
                );
              })}
              <Table.Td>
                {one.sequence === null ? null : (
                  <TextLink to="/audit/$sequence" params={{ sequence: String(one.sequence) }}>
                    Entry {sayCount(one.sequence)}
                  </TextLink>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}
