import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import type { HouseAnswer } from '../../api/house.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural } from '../../app/words.ts';

type Project = HouseAnswer['projects'][number];

interface Props {
  readonly label: string;
  readonly projects: readonly Project[];
  readonly keys: HouseAnswer['keys'];
  readonly policies: readonly ListedPolicy[];
  /** Title of the organisation's default policy. */
  readonly whole: string | null;
  /** What its projects without a cost centre have. */
  readonly teamCostCentre: string | null;
  readonly mayChange: boolean;
  readonly onRename: (project: Project) => void;
  readonly onCostCentre: (project: Project) => void;
  readonly onPolicy: (project: Project) => void;
}

/** The projects of a team, with their policy and their keys. */
export function ProjectTable(props: Props) {
  const { label, projects, keys, policies, whole, teamCostCentre, mayChange, onRename, onCostCentre, onPolicy } = props;
  if (projects.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No project yet.{mayChange ? ' Make one, then a key for it.' : ''}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={920} tabIndex={0} aria-label={label}>
      <Table verticalSpacing="sm" layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Project</Table.Th>
            <Table.Th>Policy</Table.Th>
            <Table.Th>Cost centre</Table.Th>
            <Table.Th>Keys in use</Table.Th>
            {mayChange ? (
              <Table.Th w={330}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            ) : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {projects.map((project) => {
            const own = policies.find(({ id }) => id === project.defaultPolicy);
            const count = keys.filter((key) => key.project === project.id).length;
            return (
              <Table.Tr key={project.id}>
                <Table.Td fw={600}>{project.name}</Table.Td>
                <Table.Td>
                  {own ? (
                    <TextLink to="/policies/$policy" params={{ policy: own.id }} size="sm">
                      {own.title}
                    </TextLink>
                  ) : (
                    <Text size="sm" c="dimmed">
                      as the organisation{whole === null ? '' : `: ${whole}`}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {project.costCentre ?? (
                    <Text size="sm" c="dimmed">
                      {teamCostCentre === null ? 'none' : `as its team: ${teamCostCentre}`}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <TextLink to="/keys" search={{ project: project.id }} size="sm">
                    {plural(count, 'key')}
                    <VisuallyHidden> of {project.name}</VisuallyHidden>
                  </TextLink>
                </Table.Td>
                {mayChange ? (
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Rename the project ${project.name}`}
                        onClick={() => onRename(project)}
                      >
                        Rename
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Change the cost centre of ${project.name}`}
                        onClick={() => onCostCentre(project)}
                      >
                        Cost centre
                      </Button>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Change the policy of ${project.name}`}
                        onClick={() => onPolicy(project)}
                      >
                        Policy
                      </Button>
                    </Group>
                  </Table.Td>
                ) : null}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
