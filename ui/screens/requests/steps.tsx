import { Box, Group, Stack, Text } from '@mantine/core';
import type { ExplainedStep } from '../../api/records.ts';
import { type NodeNames, sayStep } from './node-names.ts';

interface Props {
  readonly trace: readonly ExplainedStep[];
  readonly names: NodeNames;
  /** Id of the node at which another way was taken than before, to be marked. */
  readonly partingAt?: string | null;
}

/** The way of a request, step by step, each with its reason. */
export function Steps({ trace, names, partingAt = null }: Props) {
  if (trace.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The request did not reach a policy.
      </Text>
    );
  }
  return (
    <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      {trace.map((step, i) => (
        <Group component="li" key={step.node} gap="sm" wrap="nowrap" align="flex-start">
          <span className="step-number">{i + 1}</span>
          <Box>
            <Text size="sm" fw={600}>
              {sayStep(names, step)}
              {step.node === partingAt ? ' – here the ways part' : ''}
            </Text>
            <Text size="sm" c="dimmed">
              {step.reason}
            </Text>
          </Box>
        </Group>
      ))}
    </Stack>
  );
}
