import { Box, Group, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconCircleX,
  IconMinus,
  IconPlayerPause,
  IconRefresh,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ModelHealth, modelHealthQuery } from '../../api/model-health.ts';
import { type HealthMark, healthFigures, sayHealth } from './health-words.ts';

const MARKS: Record<HealthMark, { readonly Icon: typeof IconMinus; readonly colour: string }> = {
  well: { Icon: IconCircleCheck, colour: 'teal' },
  partly: { Icon: IconAlertTriangle, colour: 'orange' },
  badly: { Icon: IconCircleX, colour: 'red' },
  rests: { Icon: IconPlayerPause, colour: 'red' },
  tried: { Icon: IconRefresh, colour: 'orange' },
  idle: { Icon: IconMinus, colour: 'gray' },
};

/** How a model is doing; null for one that was not called, undefined while that is not known. */
export function useModelHealth(model: string): ModelHealth | null | undefined {
  return useQuery({ ...modelHealthQuery, select: (all) => all[model] ?? null }).data;
}

interface Props {
  readonly model: string;
  readonly health: ModelHealth | null | undefined;
  readonly isOpen: boolean;
  /** Id of what holds the figures while it is open. */
  readonly figures: string;
  readonly onToggle: () => void;
}

/** How a model is doing in a few words, which open the figures behind them. */
export function HealthWords({ model, health, isOpen, figures, onToggle }: Props) {
  if (health === undefined) {
    return (
      <Text size="sm" c="dimmed" className="waiting">
        being asked …
      </Text>
    );
  }
  const { mark, words } = sayHealth(health);
  const { Icon, colour } = MARKS[mark];
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const said = (
    <Group gap={6} wrap="nowrap" align="flex-start" component="span">
      <Icon
        size={16}
        aria-hidden
        color={`var(--mantine-color-${colour}-text)`}
        style={{ flexShrink: 0, marginTop: 2 }}
      />
      <Text span size="sm" c={mark === 'idle' ? 'dimmed' : ''}>
        {words}
      </Text>
      {health === null ? null : <Chevron size={14} aria-hidden style={{ flexShrink: 0, marginTop: 3 }} />}
    </Group>
  );
  if (health === null) return said;
  return (
    <UnstyledButton
      onClick={onToggle}
      aria-expanded={isOpen}
      aria-controls={figures}
      aria-label={`${words}: figures of ${model}`}
    >
      {said}
    </UnstyledButton>
  );
}

/** The figures of a model, and what its state means for requests. */
export function HealthFigures({ health }: { readonly health: ModelHealth }) {
  return (
    // Where the table scrolls sideways, the figures stay in sight.
    <Box pos="sticky" left={10} w="fit-content" maw="calc(100vw - 48px)">
      <Group component="dl" gap="lg" m={0} align="flex-start">
        {healthFigures(health).map(({ name, figure }) => (
          <div key={name}>
            <Text component="dt" size="xs" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} size="sm" fw={600}>
              {figure}
            </Text>
          </div>
        ))}
      </Group>
      <Text size="sm" c="dimmed" mt={6}>
        {sayHealth(health).meaning}
      </Text>
    </Box>
  );
}
