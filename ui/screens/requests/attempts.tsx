import { Box, Stack, Text, Title } from '@mantine/core';
import { CALL_FAILURES } from '../../../policies/effects.ts';
import { sayFailure } from '../../../policies/kinds/model/model.ts';
import { dollars } from '../../../policies/price.ts';
import type { RequestRecord } from '../../api/records.ts';
import { sayCount, sayDuration } from '../../app/words.ts';

type Attempt = RequestRecord['attempts'][number];

const COUNTED_BY = { provider: 'as the provider counted', counted: 'counted here', estimated: 'estimated' };

function sayOutcome({ ok, model, failure, status, message }: Attempt): string {
  if (ok) return `${model}: answered`;
  const known = CALL_FAILURES.find((one) => one === failure);
  const said = sayFailure(
    { ok, model, ...(known ? { failure: known } : {}), ...(status === null ? {} : { status }) },
    model,
  );
  return message === null ? said : `${said}. ${message}`;
}

/** Every call to a model, in order. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Calls to models
      </Title>
      {attempts.length === 0 ? (
        <Text size="sm" c="dimmed">
          No model was called.
        </Text>
      ) : (
        <Stack component="ol" gap="sm" m={0} pl="lg">
          {attempts.map((attempt, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a record never changes, and one model can be called twice
            <li key={i}>
              <Text size="sm" fw={600}>
                {sayOutcome(attempt)}
              </Text>
              <Text size="sm" c="dimmed">
                {sayCount(attempt.usage.inputTokens)} tokens read, {sayCount(attempt.usage.outputTokens)} written (
                {COUNTED_BY[attempt.usageSource]}); {attempt.cost === null ? 'price not known' : dollars(attempt.cost)};{' '}
                {sayDuration(attempt.durationMs)}
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Box>
  );
}
