import { Box, Group, Stack, Text, Title } from '@mantine/core';
import type { Graph } from '../../../policies/graph.ts';
import { describeNode, readingOrder } from '../../canvas/describe.ts';
import { iconOf } from '../../canvas/icons.ts';

interface Props {
  readonly graph: Graph;
  /** Names of budgets by id. */
  readonly budgets: ReadonlyMap<string, string>;
}

/** The whole drawing as a list: for those who do not see it, and for those who would rather read. */
export function InWords({ graph, budgets }: Props) {
  const titles = new Map(graph.nodes.map((node) => [node.id, describeNode(node, graph.edges, budgets).title]));
  return (
    <Box component="section">
      <Title order={2} mb="sm">
        In words
      </Title>
      <Stack component="ol" gap="md" p={0} m={0} style={{ listStyle: 'none' }}>
        {readingOrder(graph).map((node) => {
          const words = describeNode(node, graph.edges, budgets);
          const Icon = iconOf(words.icon);
          return (
            <Group component="li" key={node.id} gap="sm" wrap="nowrap" align="flex-start">
              <Icon size={20} stroke={1.7} aria-hidden style={{ flex: 'none', marginTop: 2 }} />
              <Box>
                <Text fw={600}>
                  {words.title}
                  <Text span size="sm" c="dimmed" fw={400}>
                    {words.kind === words.title ? '' : ` (${words.kind})`}
                  </Text>
                </Text>
                <Text size="sm">{words.sentence}</Text>
                {node.note === undefined ? null : (
                  <Text size="sm" c="dimmed" fs="italic">
                    {node.note}
                  </Text>
                )}
                {words.ports.map((port) => {
                  const to = graph.edges.find((edge) => edge.from === node.id && edge.port === port.name)?.to;
                  const target = to === undefined ? undefined : titles.get(to);
                  return (
                    <Text size="sm" c="dimmed" key={port.name}>
                      <Text span inherit fw={600}>
                        {port.label}
                      </Text>
                      {target === undefined ? `: ${port.ifLoose ?? 'leads nowhere.'}` : ` → ${target}`}
                    </Text>
                  );
                })}
              </Box>
            </Group>
          );
        })}
      </Stack>
    </Box>
  );
}
