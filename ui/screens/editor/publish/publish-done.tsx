import { Alert, Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { TextLink } from '../../../app/text-link.tsx';

interface Props {
  readonly policy: string;
  readonly version: number;
  /** The version that was live before; null for the first one. */
  readonly before: number | null;
}

/** Says that a version is live, and where to go from here. */
export function PublishDone({ policy, version, before }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  const to = { params: { policy }, size: 'sm' } as const;
  return (
    <Alert
      ref={place}
      tabIndex={-1}
      variant="light"
      color="teal"
      icon={<IconCircleCheck aria-hidden />}
      title={`Version ${version} is live`}
      role="status"
      style={{ outline: 'none' }}
    >
      <Text size="sm" mb="sm">
        {before === null
          ? 'Requests can follow this policy from now on: those that ask for it by name, and all others once it is the default.'
          : `New requests follow it. Requests that are under way finish on version ${before}.`}
      </Text>
      <Group gap="lg">
        <TextLink to="/policies/$policy" {...to}>
          See its traffic
        </TextLink>
        {before === null ? null : (
          <TextLink to="/policies/$policy/compare" search={{ from: before, to: version }} {...to}>
            What it changed
          </TextLink>
        )}
        <TextLink to="/policies/$policy/history" {...to}>
          History
        </TextLink>
        <TextLink to="/policies/$policy/edit" {...to}>
          Go on with the draft
        </TextLink>
      </Group>
    </Alert>
  );
}
