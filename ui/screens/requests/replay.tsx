import { Alert, Box, Button, Text, Title } from '@mantine/core';
import { IconArrowsSplit, IconCircleCheck, IconHelpCircle, IconRepeat } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type Replayed, replayRecord } from '../../api/records.ts';
import { Failure } from '../../app/failure.tsx';

interface Props {
  readonly id: string;
  /** Titles of nodes by id. */
  readonly titles: ReadonlyMap<string, string>;
}

/** Decides the request again from its record, and says whether the way is the same. */
export function Replay({ id, titles }: Props) {
  const replay = useMutation({ mutationFn: () => replayRecord(id) });
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        Replay
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Decides this request again from what was recorded of it. Nothing is sent to a model, and nothing is charged.
      </Text>
      <Button
        variant="default"
        leftSection={<IconRepeat size={16} aria-hidden />}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
        mb="sm"
      >
        Replay
      </Button>
      <div aria-live="polite">{replay.data ? <Result replayed={replay.data} titles={titles} /> : null}</div>
      {replay.error ? (
        <Failure title="The request could not be replayed" error={replay.error} onRetry={() => replay.mutate()} />
      ) : null}
    </Box>
  );
}

function Result({ replayed, titles }: { readonly replayed: Replayed; readonly titles: ReadonlyMap<string, string> }) {
  const name = (node: string): string => `“${titles.get(node) ?? node}”`;
  if (replayed.result === 'same') {
    return (
      <Alert variant="light" color="teal" icon={<IconCircleCheck aria-hidden />} title="Same path">
        The same version decides the same way, step by step.
      </Alert>
    );
  }
  if (replayed.result === 'cannot tell') {
    return (
      <Alert variant="light" color="yellow" icon={<IconHelpCircle aria-hidden />} title="Cannot tell">
        At {name(replayed.node)}: {replayed.why}.
      </Alert>
    );
  }
  const { node, recorded, now, why } = replayed.difference;
  return (
    <Alert variant="light" color="red" icon={<IconArrowsSplit aria-hidden />} title={`The ways part at ${name(node)}`}>
      <Text size="sm">{why}</Text>
      <Text size="sm">Recorded: {recorded?.reason ?? 'the request did not come here.'}</Text>
      <Text size="sm">Now: {now?.reason ?? 'the request does not come here.'}</Text>
    </Alert>
  );
}
