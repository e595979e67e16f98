import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type HouseAnswer, houseQuery } from '../../api/house.ts';
import { useMay, useMayEverywhere } from '../../api/may.ts';
import { type ListedPolicy, policiesQuery } from '../../api/policies.ts';
import { createProject, createTeam, renameProject, renameTeam } from '../../api/projects.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { CostCentre } from './cost-centre.tsx';
import { DefaultPolicy } from './default-policy.tsx';
import { Deletions } from './deletions.tsx';
import { KeptCard } from './kept-card.tsx';
import { NameDialog } from './name-dialog.tsx';
import { OrganisationPolicy } from './organisation-policy.tsx';
import { ProjectTable } from './project-table.tsx';

/** Teams with their projects, and the policies that requests follow by default. */
export function ProjectList() {
  const house = useQuery(houseQuery);
  const policies = useQuery(policiesQuery);
  const mayChange = useMay()('change house');
  const [adding, setAdding] = useState(false);
  const aside = mayChange ? (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      New team
    </Button>
  ) : undefined;
  const error = house.error ?? policies.error;
  return (
    <Screen title="Projects and teams" aside={aside}>
      <Text c="dimmed" maw={720}>
        Every key belongs to a project, and every project to a team. Policies can ask for the names of both, budgets
        count by them, and a project can have a policy of its own.
      </Text>
      {house.data && policies.data ? (
        <Found house={house.data} policies={policies.data} mayChange={mayChange} />
      ) : error ? (
        <Failure
          title="The projects could not be loaded"
          error={error}
          onRetry={() => Promise.all([house.refetch(), policies.refetch()])}
        />
      ) : (
        <Waiting what="the projects" />
      )}
      {adding ? (
        <NameDialog
          title="New team"
          label="Name of the team"
          act="Make the team"
          name=""
          save={(name) => createTeam(name)}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </Screen>
  );
}

interface FoundProps {
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly mayChange: boolean;
}

/** What stands before the screen. */
type Open =
  | {
      readonly what: 'rename team' | 'new project' | 'cost centre of team';
      readonly team: HouseAnswer['teams'][number];
    }
  | { readonly what: 'rename project' | 'policy' | 'cost centre'; readonly project: HouseAnswer['projects'][number] }
  | { readonly what: 'policy of all' };

function Found({ house, policies, mayChange }: FoundProps) {
  const mayEverywhere = useMayEverywhere();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const whole = policies.find(({ id }) => id === house.defaultPolicy);
  return (
    <Stack gap="lg">
      <Card withBorder padding="lg" component="section">
        <Group justify="space-between" gap="md">
          <div>
            <Title order={2}>Policy of the organisation</Title>
            <Text size="sm" c="dimmed">
              Requests that ask for no policy by name follow it, unless their project has one of its own.
            </Text>
            <Text mt="xs" fw={600}>
              {whole ? (
                <TextLink to="/policies/$policy" params={{ policy: whole.id }}>
                  {whole.title}
                </TextLink>
              ) : (
                'None: such requests are refused'
              )}
            </Text>
          </div>
          {mayChange ? (
            <Button variant="default" onClick={() => setOpen({ what: 'policy of all' })}>
              Change the policy
            </Button>
          ) : null}
        </Group>
      </Card>
      <OrganisationPolicy house={house} policies={policies} />
      <KeptCard projects={house.projects} />
      {house.teams.length === 0 ? (
        <Empty title="There is no team yet">
          {mayChange ? 'Make one with “New team”, then its projects.' : 'Ask an admin to make one.'}
        </Empty>
      ) : null}
      {house.teams.map((team) => (
        <Card key={team.id} withBorder padding="lg" component="section" aria-label={`Team ${team.name}`}>
          <Group justify="space-between" gap="sm" mb="sm">
            <div>
              <Title order={2}>{team.name}</Title>
              <Text size="sm" c="dimmed">
                Cost centre: {team.costCentre ?? 'none'}
              </Text>
            </div>
            {mayChange ? (
              <Group gap="xs">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Rename the team ${team.name}`}
                  onClick={() => setOpen({ what: 'rename team', team })}
                >
                  Rename
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Change the cost centre of the team ${team.name}`}
                  onClick={() => setOpen({ what: 'cost centre of team', team })}
                >
                  Cost centre
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`New project of ${team.name}`}
                  onClick={() => setOpen({ what: 'new project', team })}
                >
                  New project
                </Button>
              </Group>
            ) : null}
          </Group>
          <ProjectTable
            label={`Projects of ${team.name}`}
            projects={house.projects.filter((project) => project.team === team.id)}
            keys={house.keys}
            policies={policies}
            whole={whole?.title ?? null}
            teamCostCentre={team.costCentre}
            mayChange={mayChange}
            onCostCentre={(project) => setOpen({ what: 'cost centre', project })}
            onRename={(project) => setOpen({ what: 'rename project', project })}
            onPolicy={(project) => setOpen({ what: 'policy', project })}
          />
        </Card>
      ))}
      {mayEverywhere('read record') ? <Deletions projects={house.projects} /> : null}
      {open ? <Dialog open={open} house={house} policies={policies} onClose={close} /> : null}
    </Stack>
  );
}

interface DialogProps {
  readonly open: Open;
  readonly house: HouseAnswer;
  readonly policies: readonly ListedPolicy[];
  readonly onClose: () => void;
}

function Dialog({ open, house, policies, onClose }: DialogProps) {
  switch (open.what) {
    case 'rename team': {
      const { id, name } = open.team;
      const words = { title: `Rename the team “${name}”`, label: 'Name of the team', act: 'Rename', name };
      return <NameDialog {...words} save={(next) => renameTeam(id, next)} onClose={onClose} renames />;
    }
    case 'new project': {
      const { id, name } = open.team;
      const words = {
        title: `New project of ${name}`,
        label: 'Name of the project',
        act: 'Make the project',
        name: '',
      };
      return <NameDialog {...words} save={(next) => createProject(id, next)} onClose={onClose} />;
    }
    case 'rename project': {
      const { id, name } = open.project;
      const words = { title: `Rename the project “${name}”`, label: 'Name of the project', act: 'Rename', name };
      return <NameDialog {...words} save={(next) => renameProject(id, next)} onClose={onClose} renames />;
    }
    case 'cost centre of team':
      return <CostCentre whose="teams" of={open.team} onClose={onClose} />;
    case 'cost centre':
      return <CostCentre whose="projects" of={open.project} onClose={onClose} />;
    case 'policy':
      return <DefaultPolicy project={open.project} house={house} policies={policies} onClose={onClose} />;
    case 'policy of all':
      return <DefaultPolicy project={null} house={house} policies={policies} onClose={onClose} />;
  }
}
