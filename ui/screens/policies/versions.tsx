import { Badge, Box, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../../api/house.ts';
import { type Policy, type VersionSummary, versionsQuery } from '../../api/policies.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';

interface Props {
  readonly policy: Policy;
  readonly shown: number | 'draft';
}

/** Authors that are no people. */
const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ['system', 'Signalbox itself'],
  ['admin-token', 'a program with the admin token'],
]);

/** Every version with its author, time and reason; one click shows its drawing. */
export function Versions({ policy, shown }: Props) {
  const versions = useQuery(versionsQuery(policy.id));
  const people = useQuery(peopleQuery);
  const error = versions.error ?? people.error;
  const retry = () => Promise.all([versions.refetch(), people.refetch()]);
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Versions
      </Title>
      {versions.data && people.data ? (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          {versions.data.map((version) => (
            <li key={version.number}>
              <Version
                policy={policy.id}
                version={version}
                author={people.data.get(version.author) ?? PROGRAMS.get(version.author) ?? version.author}
                shown={shown === version.number}
              />
            </li>
          ))}
          <li>
            <TextLink
              to="/policies/$policy"
              params={{ policy: policy.id }}
              search={{ version: 'draft' }}
              {...(shown === 'draft' ? { 'aria-current': 'page' as const } : {})}
            >
              Draft
            </TextLink>
            <Text size="sm" c="dimmed">
              The working copy. No request follows it until it is published.
            </Text>
          </li>
        </Stack>
      ) : error ? (
        <Failure title="The versions could not be loaded" error={error} onRetry={retry} />
      ) : (
        <Waiting what="the versions" />
      )}
    </Box>
  );
}

interface VersionProps {
  readonly policy: string;
  readonly version: VersionSummary;
  readonly author: string;
  readonly shown: boolean;
}

function Version({ policy, version, author, shown }: VersionProps) {
  return (
    <>
      <Group gap="sm">
        <TextLink
          to="/policies/$policy"
          params={{ policy }}
          search={{ version: version.number }}
          fw={600}
          {...(shown ? { 'aria-current': 'page' as const } : {})}
        >
          Version {version.number}
        </TextLink>
        {version.live ? (
          <Badge tt="none" variant="dot" color="teal">
            live
          </Badge>
        ) : null}
        {shown ? (
          <Badge tt="none" variant="default">
            shown
          </Badge>
        ) : null}
      </Group>
      <Text size="sm">{version.reason}</Text>
      <Text size="sm" c="dimmed">
        {author}, {sayMoment(version.at)}
      </Text>
    </>
  );
}
