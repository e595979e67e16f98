import { Stack, Text } from '@mantine/core';
import { CALL_FAILURES } from '../../../policies/effects.ts';
import { sayFailure } from '../../../policies/kinds/model/failure-words.ts';
import { dollars } from '../../../policies/price.ts';
import type { RequestRecord } from '../../api/records.ts';
import { sayDuration } from '../../app/words.ts';
import type { NodeNames } from './node-names.ts';
import { Part } from './part.tsx';
import { COUNTED_BY, sayUsage } from './usage-words.ts';

type Attempt = RequestRecord['attempts'][number];

function sayOutcome({ ok, model, failure, status, message }: Attempt, isCount: boolean): string {
  if (ok) return isCount ? `${model}: its provider counted the tokens` : `${model}: answered`;
  const known = CALL_FAILURES.find((one) => one === failure);
  const said = sayFailure(
    { ok, model, ...(known ? { failure: known } : {}), ...(status === null ? {} : { status }) },
    model,
  );
  return message === null ? said : `${said}. ${message}`;
}

function sayTime({ durationMs, firstByteMs }: Attempt): string {
  const all = sayDuration(durationMs);
  return firstByteMs === null ? all : `${all}, the first piece after ${sayDuration(firstByteMs)}`;
}

function saySpending({ usage, usageSource, cost }: Attempt, isCount: boolean): string {
  if (isCount) return 'Nothing to pay';
  if (usage.inputTokens + usage.outputTokens === 0) return 'No tokens, and nothing to pay';
  return `Tokens: ${sayUsage(usage)}, ${COUNTED_BY[usageSource]}; ${cost === null ? 'price not known' : dollars(cost)}`;
}

const PROTECTION_WORDS: Readonly<Record<NonNullable<Attempt['sent']>['protection'], string>> = {
  taken_out: 'with private data taken out',
  in_part: 'with some private data taken out and some only reported',
  left_in: 'with private data, which was only reported',
  not_found: 'private data was looked for, and none found',
  not_looked_for: 'private data was not looked for',
};

function saySent(sent: NonNullable<Attempt['sent']>): string {
  const region = sent.region === null ? '' : ` (region ${sent.region})`;
  const where = sent.leavesHouse ? `Left the house${region}` : `Stayed in the house${region}`;
  return `${where}, ${PROTECTION_WORDS[sent.protection]}`;
}

/** Every call to a model, in order. */
export function Attempts({
  record: { attempts, status },
  names,
}: {
  readonly record: Pick<RequestRecord, 'attempts' | 'status'>;
  readonly names: NodeNames;
}) {
  const isCount = status === 'counted';
  return (
    <Part title="Calls to models">
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
                {sayOutcome(attempt, isCount)}
              </Text>
              <Text size="sm" c="dimmed">
                {saySpending(attempt, isCount)}
              </Text>
              <Text size="sm" c="dimmed">
                {sayTime(attempt)}; called by “{names.title(attempt.node)}”
              </Text>
              {attempt.sent === undefined ? null : (
                <Text size="sm" c="dimmed">
                  {attempt.sent === null ? 'Nothing was sent' : saySent(attempt.sent)}
                </Text>
              )}
              {attempt.price ? (
                <Text size="sm" c="dimmed">
                  Price: {attempt.price}
                </Text>
              ) : null}
              {attempt.upstreamId === null ? null : (
                <Text size="sm" c="dimmed" className="record-id">
                  The provider calls it {attempt.upstreamId}
                </Text>
              )}
            </li>
          ))}
        </Stack>
      )}
    </Part>
  );
}
