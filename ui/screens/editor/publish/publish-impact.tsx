import { Box, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { Graph } from '../../../../policies/graph.ts';
import { Failure } from '../../../app/failure.tsx';
import { sayCount } from '../../../app/words.ts';
import type { House } from '../../../editing/house.ts';
import { PublishBuckets } from './publish-buckets.tsx';
import { MOST_RECORDS, useImpactRun } from './publish-impact-run.ts';

interface Props {
  readonly policy: string;
  /** Null while problems have to be mended first. */
  readonly graph: Graph | null;
  readonly house: House;
}

/** What the draft would have done with the requests that came last. */
export function PublishImpact({ policy, graph, house }: Props) {
  return (
    <Box component="section">
      <Title order={2} mb={4}>
        What would have happened
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={900}>
        The last {sayCount(MOST_RECORDS)} requests that followed this policy, decided again by the draft from what was
        recorded of them. Nothing is sent to a model, and nothing is charged.
      </Text>
      {graph ? (
        <Run policy={policy} graph={graph} house={house} />
      ) : (
        <Text size="sm">This can be told once the problems are mended.</Text>
      )}
    </Box>
  );
}

function Run({ policy, graph, house }: Props & { readonly graph: Graph }) {
  const { run, start, stop } = useImpactRun(policy, graph, house);
  switch (run.name) {
    case 'loading':
      return (
        <Working
          words={run.count === 0 ? 'Loading the requests …' : `Loading the requests: ${sayCount(run.count)} so far …`}
          share={0}
          onStop={stop}
        />
      );
    case 'deciding':
      return (
        <Working
          words={`Deciding again: ${sayCount(run.done)} of ${sayCount(run.total)} …`}
          share={run.done / run.total}
          onStop={stop}
        />
      );
    case 'stopped':
      return (
        <Group gap="md">
          <Text size="sm">Stopped.</Text>
          <Button size="xs" variant="default" onClick={() => void start()}>
            Start again
          </Button>
        </Group>
      );
    case 'no records':
      return house.check.place?.of === 'everybody' ? (
        <Text size="sm" maw={900}>
          No request has gone through this policy since it was set before every other one, so there is nothing to
          compare with yet.
        </Text>
      ) : (
        <Text size="sm" maw={900}>
          No request has followed this policy yet, so there is nothing to compare with. Once there is traffic, this says
          how many requests would go to another model, be refused, or cost more or less.
        </Text>
      );
    case 'failed':
      return <Failure title="What would have happened cannot be told" error={run.error} onRetry={() => void start()} />;
    case 'done':
      return (
        <Stack gap="sm">
          <PublishBuckets {...run} />
          <Button size="xs" variant="default" onClick={() => void start()} style={{ alignSelf: 'flex-start' }}>
            Tell it again with the newest requests
          </Button>
        </Stack>
      );
  }
}

function Working({ words, share, onStop }: { words: string; share: number; onStop: () => void }) {
  return (
    <Group gap="md" maw={720}>
      <Box flex={1}>
        <Text size="sm" mb={4} role="status">
          {words}
        </Text>
        <Progress value={share * 100} aria-label="Requests decided again" transitionDuration={0} />
      </Box>
      <Button size="xs" variant="default" onClick={onStop}>
        Stop
      </Button>
    </Group>
  );
}
