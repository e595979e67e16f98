import { Table, Text } from '@mantine/core';
import type { PoliciesThen } from '../../../api/audit-desk.ts';
import { Empty } from '../../../app/empty.tsx';
import { TextLink } from '../../../app/text-link.tsx';
import { WideTable } from '../../../app/wide-table.tsx';
import { sayCount } from '../../../app/words.ts';
import type { Names } from '../names.ts';

interface Props {
  readonly then: PoliciesThen;
  readonly names: Names;
}

/** For each project the version to which its requests went, and the entry that says why. */
export function ProjectsTable({ then, names: { nameOf } }: Props) {
  const { projects, organisation, mandatory, policies } = then;
  if (projects.length === 0) {
    return <Empty title="There was no project then">Choose a later moment.</Empty>;
  }
  const versionOf = (policy: string): string => {
    const live = policies.find((one) => one.policy === policy);
    return live === undefined ? nameOf(policy) : `${nameOf(policy)}, version ${live.version}`;
  };
  return (
    <>
      {mandatory.policy === null ? null : (
        <Text>
          Before any of them, every request went through {versionOf(mandatory.policy)}, the organisation’s own policy.
        </Text>
      )}
      <WideTable minWidth={620} label="Where requests went">
        <Table verticalSpacing="sm" withTableBorder>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Project</Table.Th>
              <Table.Th>Policy</Table.Th>
              <Table.Th>Chosen by</Table.Th>
              <Table.Th>Entry</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {projects.map((own) => {
              const chosen = own.policy === null ? organisation : own;
              return (
                <Table.Tr key={own.project}>
                  <Table.Th scope="row" fw={500}>
                    {nameOf(own.project)}
                  </Table.Th>
                  <Table.Td>
                    {chosen.policy === null ? 'none: such requests were refused' : versionOf(chosen.policy)}
                  </Table.Td>
                  <Table.Td>{own.policy === null ? 'the organisation' : 'the project'}</Table.Td>
                  <Table.Td>
                    {chosen.sequence === null ? (
                      'nobody chose one'
                    ) : (
                      <TextLink to="/audit/$sequence" params={{ sequence: String(chosen.sequence) }}>
                        Entry {sayCount(chosen.sequence)}
                      </TextLink>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </WideTable>
    </>
  );
}
