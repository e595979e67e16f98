import { Box, Group, Stack, Text, Title } from '@mantine/core';
import type { RequestRecord } from '../../api/records.ts';

interface Props {
  readonly trace: RequestRecord['trace'];
  /** Titles of nodes by id. */
  readonly titles: ReadonlyMap<string, string>;
}

/** The way of a request, step by step, each with its reason. */
export function Steps({ trace, titles }: Props) {
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        Step by step
      </Title>
      {trace.length === 0 ? (
        <Text size="sm" c="dimmed">
          The request did not reach a policy.
        </Text>
      ) : (
        <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
          {trace.map(({ node, port, reason }, i) => (
            <Group component="li" key={node} gap="sm" wrap="nowrap" align="flex-start">
              <span className="step-number">{i + 1}</span>
              <Box>
                <Text size="sm" fw={600}>
                  {titles.get(node) ?? node}
                  {port === null || port === 'next' ? '' : ` (${port.replaceAll('_', ' ')})`}
                </Text>
                <Text size="sm" c="dimmed">
                  {reason}
                </Text>
              </Box>
            </Group>
          ))}
        </Stack>
      )}
    </Box>
  );
}
