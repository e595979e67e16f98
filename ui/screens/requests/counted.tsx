import { Alert, Text } from '@mantine/core';
import { IconRuler2 } from '@tabler/icons-react';
import type { RequestRecord } from '../../api/records.ts';

/** Says that a record is of a count of tokens, and what was sent for it. */
export function Counted({ record: { status, attempts } }: { readonly record: RequestRecord }) {
  if (status !== 'counted') return null;
  return (
    <Alert variant="light" color="blue" icon={<IconRuler2 aria-hidden />} title="Only the tokens were to be counted">
      <Text size="sm">
        The app asked how many tokens this request has.{' '}
        {attempts.some(({ sent }) => sent !== null)
          ? 'Its text was sent to the provider for that, as it stood after the policy.'
          : 'The provider that was to count them could not be reached, so nothing was sent.'}{' '}
        No model answered, no budget was held or charged, and no sum of requests has it. The steps show how the policy
        would have gone on.
      </Text>
    </Alert>
  );
}
