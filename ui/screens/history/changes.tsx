import { Button, Group, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import type { GraphDiff } from '../../../policies/diff.ts';
import { plural } from '../../app/words.ts';
import { ComparedDrawings, type ComparedSide } from '../../canvas/compared-drawings.tsx';
import { ChangeList } from './change-list.tsx';

interface Props {
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** From one to the other. */
  readonly diff: GraphDiff;
  /** Names of budgets by id. */
  readonly budgets: ReadonlyMap<string, string>;
}

/** What differs in sentences and in both drawings: a sentence and its node find each other. */
export function Changes({ before, after, diff, budgets }: Props) {
  const { changes } = diff;
  const [at, setAt] = useState<{ readonly index: number; readonly node: string } | null>(null);
  const go = (index: number): void => {
    const change = changes[index];
    if (change) setAt({ index, node: change.node });
  };
  const goToNode = (node: string): void => {
    const index = changes.findIndex((change) => change.node === node);
    if (index !== -1) go(index);
  };
  const { length } = changes;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" role="status">
          {at === null
            ? `${plural(length, 'change')}. Choose one to see where it is.`
            : `Change ${at.index + 1} of ${length}`}
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconChevronLeft size={16} aria-hidden />}
            onClick={() => go(at === null ? length - 1 : (at.index + length - 1) % length)}
          >
            Previous change
          </Button>
          <Button
            size="xs"
            variant="default"
            rightSection={<IconChevronRight size={16} aria-hidden />}
            onClick={() => go(at === null ? 0 : (at.index + 1) % length)}
          >
            Next change
          </Button>
        </Group>
      </Group>
      <div className="changes-scrolled">
        <ChangeList changes={changes} chosen={at?.index ?? null} onChoose={go} />
      </div>
      <ComparedDrawings before={before} after={after} diff={diff} budgets={budgets} chosen={at} onChoose={goToNode} />
      <Text size="sm" c="dimmed">
        Nodes: + added, − removed, ≠ changed. Ways that are gone are dashed on the left; new ones are thick on the
        right.
      </Text>
    </Stack>
  );
}
