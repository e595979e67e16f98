import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/may.ts';
import type { DecidedRecord } from '../../api/records.ts';
import { type Decider, replayRecord } from '../../api/replay.ts';
import { versionsQuery } from '../../api/versions.ts';
import { Failure } from '../../app/failure.tsx';
import { Part } from './part.tsx';
import { ReplayResult } from './replay-result.tsx';

/** Decides the request again from its record, by the version that decided it or by another one of its policy. */
export function Replay({ record }: { readonly record: DecidedRecord }) {
  const [version, setVersion] = useState<Decider>(record.version);
  const versions = useQuery(versionsQuery(record.policy));
  const replay = useMutation({ mutationFn: (by: Decider) => replayRecord(record.id, by) });
  const mayDraft = useMay()('read policy');
  const numbers = [record.version, ...(versions.data ?? []).map(({ number }) => number)];
  const words = (number: number): string => {
    const live = versions.data?.some((one) => one.number === number && one.live);
    const marks = [...(number === record.version ? ['which decided'] : []), ...(live ? ['live'] : [])];
    return [`Version ${number}`, ...marks].join(', ');
  };
  return (
    <Part title="Replay">
      <Text size="sm" c="dimmed" mb="sm">
        Decides this request again from what was recorded of it. Nothing is sent to a model, and nothing is charged.
      </Text>
      <Group align="flex-end" mb="sm">
        <NativeSelect
          label="By"
          value={String(version)}
          onChange={({ currentTarget: { value } }) => setVersion(value === 'draft' ? 'draft' : Number(value))}
          data={[
            ...[...new Set(numbers)].map((number) => ({ value: String(number), label: words(number) })),
            ...(mayDraft ? [{ value: 'draft', label: 'The draft, as it is now' }] : []),
          ]}
        />
        <Button
          variant="default"
          leftSection={<IconRepeat size={16} aria-hidden />}
          loading={replay.isPending}
          onClick={() => replay.mutate(version)}
        >
          Replay
        </Button>
      </Group>
      <div aria-live="polite">
        {replay.data ? (
          <ReplayResult key={replay.submittedAt} record={record} version={replay.variables} replayed={replay.data} />
        ) : null}
      </div>
      {replay.error ? (
        <Failure
          title="The request could not be replayed"
          error={replay.error}
          onRetry={() => replay.mutate(version)}
        />
      ) : null}
    </Part>
  );
}
