import './history.css';
import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { approvalStateQuery } from '../../api/approvals.ts';
import { restoredQuery } from '../../api/history.ts';
import { useMayIn } from '../../api/may.ts';
import { policyQuery } from '../../api/policies.ts';
import type { Policy } from '../../api/policy.ts';
import { type VersionSummary, versionsQuery } from '../../api/versions.ts';
import { useAuthors } from '../../app/authors.ts';
import { Empty } from '../../app/empty.tsx';
import { Failure } from '../../app/failure.tsx';
import { LinkButton } from '../../app/link-button.tsx';
import { Screen } from '../../app/screen.tsx';
import { TextLink } from '../../app/text-link.tsx';
import { Waiting } from '../../app/waiting.tsx';
import { sayAgo, sayMoment } from '../../app/words.ts';
import { EmergencyBadge } from '../approvals/emergency-badge.tsx';
import { ComparePicker } from './compare-picker.tsx';
import { Restore } from './restore.tsx';
import { waysOf } from './restore-ways.ts';

const route = getRouteApi('/policies/$policy/history');

/** Every version of a policy: who published it, when and why; what it changed; and the way back to it. */
export function History() {
  const { policy: id } = route.useParams();
  const policy = useQuery(policyQuery(id));
  const versions = useQuery(versionsQuery(id));
  const restored = useQuery(restoredQuery(id));
  const error = policy.error ?? versions.error ?? restored.error;
  if (!policy.data || !versions.data || !restored.data) {
    return (
      <Screen title="History">
        {error ? (
          <Failure
            title="The history could not be loaded"
            error={error}
            onRetry={() => Promise.all([policy.refetch(), versions.refetch(), restored.refetch()])}
          >
            <TextLink to="/policies">All policies</TextLink>
          </Failure>
        ) : (
          <Waiting what="the history" />
        )}
      </Screen>
    );
  }
  return (
    <Screen
      title={`History of ${policy.data.title}`}
      aside={
        <TextLink to="/policies/$policy" params={{ policy: id }}>
          Back to the policy
        </TextLink>
      }
    >
      {versions.data.length === 0 ? (
        <Empty title="Nothing was published yet">
          <Text mb="md">Each time the draft is published, a version stays here for good.</Text>
          <LinkButton to="/policies/$policy/publish" params={{ policy: id }}>
            See what would be published
          </LinkButton>
        </Empty>
      ) : (
        <Versions policy={policy.data} versions={versions.data} restored={restored.data} />
      )}
    </Screen>
  );
}

interface VersionsProps {
  readonly policy: Policy;
  /** The newest first. */
  readonly versions: readonly VersionSummary[];
  /** The older number by the newer. */
  readonly restored: ReadonlyMap<number, number>;
}

function Versions({ policy, versions, restored }: VersionsProps) {
  const mayIn = useMayIn();
  const place = { project: policy.project, policy: policy.id };
  const may = { draft: mayIn('draft policy', place), publish: mayIn('publish policy', place) };
  const { data: approval } = useQuery(approvalStateQuery(policy.id));
  const ways = approval && !policy.archived ? waysOf(approval, may) : [];
  const [restoring, setRestoring] = useState<VersionSummary | null>(null);
  const [newest] = versions;
  return (
    <>
      <Text c="dimmed" maw={760}>
        A version never changes once it is published. Moving things on the drawing is no change: only what a policy does
        makes one version differ from another.
      </Text>
      <ComparePicker policy={policy.id} versions={versions} from={policy.liveVersion ?? undefined} to="draft" />
      <ol className="version-list" aria-label="Versions, the newest first">
        {versions.map((version) => (
          <li key={version.number} className="version-entry" aria-labelledby={`version-${version.number}`}>
            <Version policy={policy.id} version={version} restored={restored.get(version.number)} />
            {ways.length > 0 && !version.live ? (
              <Button
                size="xs"
                variant="default"
                aria-label={`Restore version ${version.number}`}
                onClick={() => setRestoring(version)}
              >
                Restore
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
      {restoring && newest && approval ? (
        <Restore
          policy={policy}
          approval={approval}
          ways={ways}
          version={restoring.number}
          next={newest.number + 1}
          onClose={() => setRestoring(null)}
        />
      ) : null}
    </>
  );
}

interface VersionProps {
  readonly policy: string;
  readonly version: VersionSummary;
  /** The version whose drawing this one has again. */
  readonly restored: number | undefined;
}

function Version({ policy, version, restored }: VersionProps) {
  const author = useAuthors();
  const { number, live, reason, at, digest } = version;
  return (
    <Stack gap={4} style={{ minWidth: 0 }}>
      <Group gap="sm">
        <TextLink
          id={`version-${number}`}
          to="/policies/$policy"
          params={{ policy }}
          search={{ version: number }}
          fw={650}
        >
          Version {number}
        </TextLink>
        {live ? (
          <Badge tt="none" variant="dot" color="teal">
            live
          </Badge>
        ) : null}
        <EmergencyBadge policy={policy} version={number} />
        {restored === undefined ? null : (
          <Badge tt="none" variant="default">
            restored from version {restored}
          </Badge>
        )}
      </Group>
      <Text className="version-reason">{reason}</Text>
      <Group gap="md">
        <Text size="sm" c="dimmed">
          {author(version.author)}, {sayAgo(at, Date.now())} ({sayMoment(at)})
        </Text>
        <Text size="sm" c="dimmed" title={`Fingerprint of what it does: ${digest}`}>
          Fingerprint{' '}
          <Text span inherit ff="monospace">
            {digest.replace(/^sha256:/, '').slice(0, 8)}
          </Text>
        </Text>
        {number > 1 ? (
          <TextLink
            size="sm"
            to="/policies/$policy/compare"
            params={{ policy }}
            search={{ from: number - 1, to: number }}
            aria-label={`What version ${number} changed`}
          >
            What it changed
          </TextLink>
        ) : null}
      </Group>
    </Stack>
  );
}
