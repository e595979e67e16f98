import { Button, Card, Group, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { HouseAnswer } from '../../api/house.ts';
import { useMayEverywhere } from '../../api/may.ts';
import { type DeletionRun, deletionsQuery } from '../../api/retention.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { WideTable } from '../../app/wide-table.tsx';
import { plural, sayMoment } from '../../app/words.ts';
import { DeleteKnown } from './delete-known.tsx';

type Projects = HouseAnswer['projects'];

/** Deleting what is known of somebody, and what was deleted of many requests so far. */
export function Deletions({ projects }: { readonly projects: Projects }) {
  const deletions = useQuery(deletionsQuery);
  const mayDelete = useMayEverywhere()('delete record');
  const [deleting, setDeleting] = useState(false);
  return (
    <Card withBorder padding="lg" component="section" aria-label="Deletions">
      <Stack gap="md">
        <Group justify="space-between" gap="md" align="flex-start">
          <Stack gap="xs" maw={720}>
            <Title order={2}>Deletions</Title>
            <Text size="sm" c="dimmed">
              What is too old goes by itself. What is known of one person, or of anything else that requests carry a tag
              of, goes when you ask for it. What requests cost stays, and so does the history.
            </Text>
          </Stack>
          {mayDelete ? (
            <Button variant="default" onClick={() => setDeleting(true)}>
              Delete what is known of somebody
            </Button>
          ) : null}
        </Group>
        {deletions.data ? (
          <Found runs={deletions.data.runs} lookedAt={deletions.data.lookedAt} projects={projects} />
        ) : deletions.error ? (
          <Failure
            title="The deletions could not be loaded"
            error={deletions.error}
            onRetry={() => deletions.refetch()}
          />
        ) : (
          <Waiting what="the deletions" />
        )}
      </Stack>
      {deleting ? <DeleteKnown projects={projects} onClose={() => setDeleting(false)} /> : null}
    </Card>
  );
}

interface FoundProps {
  readonly runs: readonly DeletionRun[];
  readonly lookedAt: number | null;
  readonly projects: Projects;
}

function Found({ runs, lookedAt, projects }: FoundProps) {
  const authorOf = useAuthors();
  return (
    <>
      <Text size="sm">
        {lookedAt === null
          ? 'Since the gateway started, nothing was looked through for its age yet.'
          : `Everything was last looked through for its age on ${sayMoment(lookedAt)}.`}{' '}
        {runs.length === 0 ? 'No deletion was needed or asked for yet.' : null}
      </Text>
      {runs.length === 0 ? null : (
        <WideTable minWidth={760} label="Deletions so far">
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Began</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>By</Table.Th>
                <Table.Th>Reason</Table.Th>
                <Table.Th w={240}>Deleted</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <Table.Tr key={run.id}>
                  <Table.Td>{sayMoment(run.beganAt)}</Table.Td>
                  <Table.Td>{sayWhat(run, projects)}</Table.Td>
                  <Table.Td>{authorOf(run.actor)}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{run.reason}</Table.Td>
                  <Table.Td>
                    <HowFar run={run} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </>
  );
}

function sayWhat({ kind, tag, project }: DeletionRun, projects: Projects): string {
  if (kind === 'age') return 'What was too old';
  const name = projects.find(({ id }) => id === project)?.name;
  return `All of one ${tag ?? 'tag'}${project === null ? '' : ` in ${name ?? project}`}`;
}

function HowFar({ run: { endedAt, expected, contents, records } }: { readonly run: DeletionRun }) {
  const deleted = [
    ...(records > 0 || contents === 0 ? [plural(records, 'request')] : []),
    ...(contents > 0 ? [`what ${plural(contents, 'request')} said`] : []),
  ].join(', ');
  if (endedAt !== null) return deleted;
  const share = expected === null || expected === 0 ? 100 : Math.min(100, (records / expected) * 100);
  return (
    <Stack gap={4} role="status">
      <Text size="sm">
        {deleted}
        {expected === null ? '' : ` of ${expected}`} so far
      </Text>
      <Progress value={share} animated aria-label="How much of it is deleted" />
    </Stack>
  );
}
