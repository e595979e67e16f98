import { Badge, Box, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Policy } from '../../api/policy.ts';
import { type VersionSummary, versionsQuery } from '../../api/versions.ts';
import { useAuthors } from '../../app/authors.ts';
import { Failure } from '../../app/failure.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayMoment } from '../../app/words.ts';
import { EmergencyBadge } from '../approvals/emergency-badge.tsx';

interface Props {
  readonly policy: Policy;
  readonly shown: number | 'draft';
}

/** Older ones are in the history. */
const MOST_SHOWN = 5;

/** The newest versions with author, time and reason; one click shows the drawing. */
export function Versions({ policy, shown }: Props) {
  const versions = useQuery(versionsQuery(policy.id));
  const to = { params: { policy: policy.id } } as const;
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Versions
      </Title>
      {versions.data ? (
        <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          <li>
            <TextLink
              to="/policies/$policy"
              {...to}
              search={{ version: 'draft' }}
              {...(shown === 'draft' ? { 'aria-current': 'page' as const } : {})}
            >
              Draft
            </TextLink>
            <Text size="sm" c="dimmed">
              The working copy. No request follows it until it is published.
            </Text>
          </li>
          {versions.data.slice(0, MOST_SHOWN).map((version) => (
            <li key={version.number}>
              <Version policy={policy.id} version={version} shown={shown === version.number} />
            </li>
          ))}
          {versions.data.length > 0 ? (
            <li>
              <TextLink to="/policies/$policy/history" {...to} size="sm">
                {versions.data.length > MOST_SHOWN ? `All ${versions.data.length} versions` : 'Compare and restore'}
              </TextLink>
            </li>
          ) : null}
        </Stack>
      ) : versions.error ? (
        <Failure title="The versions could not be loaded" error={versions.error} onRetry={() => versions.refetch()} />
      ) : (
        <Waiting what="the versions" />
      )}
    </Box>
  );
}

interface VersionProps {
  readonly policy: string;
  readonly version: VersionSummary;
  readonly shown: boolean;
}

function Version({ policy, version, shown }: VersionProps) {
  const author = useAuthors();
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
        <EmergencyBadge policy={policy} version={version.number} />
        {shown ? (
          <Badge tt="none" variant="default">
            shown
          </Badge>
        ) : null}
      </Group>
      <Text size="sm">{version.reason}</Text>
      <Text size="sm" c="dimmed">
        {author(version.author)}, {sayMoment(version.at)}
      </Text>
    </>
  );
}
