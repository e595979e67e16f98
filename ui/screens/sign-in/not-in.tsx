import { Alert } from '@mantine/core';

/** Why somebody is not in; nothing while there is no error. */
export function NotIn({ error }: { readonly error: Error | null }) {
  if (!error) return null;
  return (
    <Alert variant="light" color="red" role="alert" title="You are not signed in">
      {error.message}
    </Alert>
  );
}
