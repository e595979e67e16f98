import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.ts';

interface Props {
  /** What could not be done, such as "The policies could not be loaded". */
  readonly title: string;
  readonly error: Error;
  readonly onRetry: () => void;
  /** Where else to go. */
  readonly children?: ReactNode;
}

/** An error in words, with a way to try again where that may help. */
export function Failure({ title, error, onRetry, children }: Props) {
  // The sign-in stands before it, and what was asked for is asked again after that.
  if (error instanceof ApiError && error.code === 'unauthenticated') return null;
  const mayHelp = !(error instanceof ApiError && error.code === 'not_allowed');
  return (
    <Alert variant="light" color="red" title={title} icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Text size="sm" mb="sm">
        {error.message}
      </Text>
      <Group gap="md">
        {mayHelp ? (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
        {children}
      </Group>
    </Alert>
  );
}
