import { Alert } from '@mantine/core';
import type { Tried } from '../../api/providers.ts';

/** What came of trying an account with a real request. */
export function TrialResult({ tried }: { readonly tried: Tried }) {
  return (
    <Alert
      mt="md"
      variant="light"
      role="status"
      color={tried.ok ? 'teal' : 'red'}
      title={tried.ok ? 'It works' : 'It does not work yet'}
    >
      {tried.words}
    </Alert>
  );
}
