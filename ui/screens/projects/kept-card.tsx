import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { type ContentSetting, contentSettingsQuery } from '../../api/retention.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { ChangeKept } from './change-kept.tsx';
import { sayKept } from './kept-words.ts';

/** What is kept of what people and models say, of all projects and of those that have their own rule. */
export function KeptCard({ projects }: { readonly projects: HouseAnswer['projects'] }) {
  const settings = useQuery(contentSettingsQuery);
  const mayChange = useMayEverywhere()('change house');
  const [changing, setChanging] = useState(false);
  const nameOf = (id: string): string => projects.find((project) => project.id === id)?.name ?? id;
  return (
    <Card withBorder padding="lg" component="section" aria-label="What is kept">
      <Group justify="space-between" gap="md" align="flex-start">
        <Stack gap="xs" maw={720}>
          <Title order={2}>What is kept</Title>
          <Text size="sm" c="dimmed">
            What people and models say is sealed before it is stored, and whoever reads it leaves an entry in the
            history. A change counts from the next request on.
          </Text>
          {settings.data ? (
            <>
              <Rule title="All projects without a rule of their own" setting={settings.data.organisation} />
              {settings.data.projects.map(({ project, setting }) => (
                <Rule key={project} title={`The project ${nameOf(project)}`} setting={setting} />
              ))}
            </>
          ) : settings.error ? (
            <Failure title="It could not be loaded" error={settings.error} onRetry={() => settings.refetch()} />
          ) : (
            <Waiting what="what is kept" />
          )}
        </Stack>
        {mayChange && settings.data ? (
          <Button variant="default" onClick={() => setChanging(true)}>
            Change what is kept
          </Button>
        ) : null}
      </Group>
      {changing && settings.data ? (
        <ChangeKept settings={settings.data} projects={projects} onClose={() => setChanging(false)} />
      ) : null}
    </Card>
  );
}

function Rule({ title, setting }: { readonly title: string; readonly setting: ContentSetting }) {
  return (
    <div>
      <Text fw={600}>{title}</Text>
      <Text>{sayKept(setting)}</Text>
    </div>
  );
}
