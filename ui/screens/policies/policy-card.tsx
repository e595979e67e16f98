import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import {
  type Icon,
  IconActivity,
  IconAlertTriangle,
  IconArchive,
  IconCircleCheck,
  IconInfoCircle,
  IconPencil,
  IconRoute,
} from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { dollars } from '../../../policies/price.ts';
import { useMayIn } from '../../api/may.ts';
import type { ListedPolicy } from '../../api/policies.ts';
import { useAuthors } from '../../app/authors.ts';
import { TextLink } from '../../app/text-link.tsx';
import { plural, sayAgo } from '../../app/words.ts';
import { PolicyMenu } from './policy-menu.tsx';

interface Props {
  readonly policy: ListedPolicy;
  /** For whom it is the default, in words. */
  readonly defaults: readonly string[];
}

/** One policy at a glance, and what can be done with it. */
export function PolicyCard({ policy, defaults }: Props) {
  const title = useId();
  const { id, project, archived } = policy;
  const mayDraft = useMayIn()('draft policy', { project, policy: id });
  const to = { params: { policy: id }, size: 'sm', fw: 600, 'aria-describedby': title } as const;
  return (
    <Card component="li" withBorder padding="lg" aria-labelledby={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={6}>
        <TextLink id={title} to="/policies/$policy" params={{ policy: id }} fw={650}>
          {policy.title}
        </TextLink>
        <PolicyMenu policy={policy} />
      </Group>
      {defaults.length > 0 ? (
        <Group gap={6} mb={6}>
          {defaults.map((words) => (
            <Badge key={words} color="teal" variant="dot" tt="none">
              {words}
            </Badge>
          ))}
        </Group>
      ) : null}
      <Text size="sm" c="dimmed" mb="md" lineClamp={3}>
        {policy.description}
      </Text>
      <Stack gap={6} mt="auto">
        <Line icon={archived ? IconArchive : IconRoute}>
          <Text span inherit fw={600}>
            {archived ? 'In the archive: it serves no request' : liveWords(policy)}
          </Text>{' '}
          <Text span inherit c="dimmed" ff="monospace">
            policy/{policy.name}
          </Text>
        </Line>
        <DraftLine policy={policy} />
        <ProblemLine problems={policy.problems} />
        {policy.traffic === null ? null : <TrafficLine traffic={policy.traffic} />}
      </Stack>
      <Group gap="lg" mt="md">
        <TextLink to="/policies/$policy" {...to}>
          Open
        </TextLink>
        {mayDraft && !archived ? (
          <TextLink to="/policies/$policy/edit" {...to}>
            Edit
          </TextLink>
        ) : null}
        <TextLink to="/policies/$policy/history" {...to}>
          History
        </TextLink>
      </Group>
    </Card>
  );
}

const liveWords = ({ liveVersion }: ListedPolicy): string =>
  liveVersion === null ? 'Not published yet' : `Version ${liveVersion} is live`;

interface LineProps {
  readonly icon: Icon;
  readonly color?: string;
  readonly children: ReactNode;
}

function Line({ icon: Icon, color, children }: LineProps) {
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <Icon
        size={16}
        aria-hidden
        style={{ flex: 'none', marginTop: 3, color: color ? `var(--mantine-color-${color}-text)` : undefined }}
      />
      <Text size="sm">{children}</Text>
    </Group>
  );
}

function DraftLine({ policy: { draft, liveVersion } }: { readonly policy: ListedPolicy }) {
  const author = useAuthors();
  const by = `Draft by ${author(draft.owner)}, ${sayAgo(draft.updatedAt, Date.now())}`;
  if (liveVersion === null) return <Line icon={IconPencil}>{by}</Line>;
  return (
    <Line icon={IconPencil}>
      {draft.differs ? `${by}, differs from version ${liveVersion}` : 'No unpublished changes'}
    </Line>
  );
}

function ProblemLine({ problems: { errors, warnings } }: { readonly problems: ListedPolicy['problems'] }) {
  if (errors === 0 && warnings === 0) return <Line icon={IconCircleCheck}>No problems</Line>;
  const found = [
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ].join(' and ');
  return errors > 0 ? (
    <Line icon={IconAlertTriangle} color="red">
      {found} in the draft
    </Line>
  ) : (
    <Line icon={IconInfoCircle} color="yellow">
      {found} in the draft
    </Line>
  );
}

function TrafficLine({
  traffic: { requests, errors, cost },
}: {
  readonly traffic: NonNullable<ListedPolicy['traffic']>;
}) {
  return (
    <Line icon={IconActivity}>
      {requests === 0
        ? 'No request in the last 24 hours'
        : `${plural(requests, 'request')} in 24 hours, ${errors === 0 ? 'none failed' : `${errors} failed`}, ${dollars(cost)}`}
    </Line>
  );
}
