import { Card, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { dollars } from '../../../policies/price.ts';
import { houseQuery } from '../../api/house.ts';
import { usageToldQuery } from '../../api/usage.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { sayCount } from '../../app/words.ts';

/** Projects of an organisation that are told apart. */
const MOST = 1000;

interface Props {
  readonly team: string;
  readonly timeZone: string;
  readonly from: number;
  readonly to: number;
}

/** What each project of a team has spent, also those that spent nothing. */
export function TeamProjects({ team, timeZone, from, to }: Props) {
  const house = useQuery(houseQuery);
  const told = useQuery(usageToldQuery({ by: 'project', timeZone, from, to, limit: MOST }));
  const id = house.data?.teams.find(({ name }) => name === team)?.id;
  const projects = house.data?.projects.filter((project) => project.team === id) ?? [];
  const rows = projects
    .map((project) => ({ project, sum: told.data?.totals.find(({ group }) => group === project.id) }))
    .sort((a, b) => (b.sum?.cost ?? 0) - (a.sum?.cost ?? 0) || a.project.name.localeCompare(b.project.name));
  const error = house.error ?? told.error;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="team-projects">
      <Title order={3} size="h4" mb="xs" id="team-projects">
        Its projects
      </Title>
      {house.data && told.data ? (
        rows.length === 0 ? (
          <Text size="sm" c="dimmed">
            It has no project yet.{' '}
            <TextLink to="/projects" size="sm" underline="always">
              See all projects
            </TextLink>
          </Text>
        ) : (
          <WideTable minWidth={300} label="Spend by project">
            <Table verticalSpacing={5}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Project</Table.Th>
                  <Table.Th ta="right">Requests</Table.Th>
                  <Table.Th ta="right">Spend</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map(({ project, sum }) => (
                  <Table.Tr key={project.id}>
                    <Table.Th scope="row" fw={400}>
                      {project.name}
                    </Table.Th>
                    <Table.Td ta="right">
                      <TextLink
                        to="/requests"
                        search={{ project: project.id, from, to }}
                        inherit
                        aria-label={`${sayCount(sum?.requests ?? 0)} requests of ${project.name}`}
                      >
                        {sayCount(sum?.requests ?? 0)}
                      </TextLink>
                    </Table.Td>
                    <Table.Td ta="right">{dollars(sum?.cost ?? 0)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </WideTable>
        )
      ) : error ? (
        <Failure
          title="The projects could not be loaded"
          error={error}
          onRetry={() => {
            void house.refetch();
            void told.refetch();
          }}
        />
      ) : (
        <Waiting what="the projects" />
      )}
    </Card>
  );
}
