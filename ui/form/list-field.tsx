import { Button, Group, Input, Paper, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { FieldProps } from './field-props.ts';
import { FieldView } from './field-view.tsx';
import { useFocusAfter } from './focus-after.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { MoveButtons } from './move-buttons.tsx';
import { moved, sayPath } from './paths.ts';
import type { Slot } from './shape.ts';
import { startValue } from './start-value.ts';
import { WeightSum } from './weight-sum.tsx';

/** A list in its order: entries can be added, moved and removed. */
export function ListField({ slot, value, path, title, item }: FieldProps & { readonly item: Slot }) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const { list, focusEntry, focusButton } = useFocusAfter<HTMLDivElement>();
  const entries: readonly unknown[] = Array.isArray(value) ? value : Array.isArray(slot.fallback) ? slot.fallback : [];
  const { entry = 'entry' } = slot.hint;
  const isSmall = item.shape.type !== 'group' && item.shape.type !== 'variants';
  const set = (next: readonly unknown[]): void => change({ path, value: next, title, goesOn: false });
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= entries.length) return;
    set(moved(entries, from, to));
    focusButton(`Move ${entry} ${to + 1} ${to < from ? 'up' : 'down'}`);
  };
  const remove = (at: number): void => {
    set(entries.filter((_, i) => i !== at));
    focusEntry(Math.min(at, entries.length - 2));
  };
  const add = (): void => {
    set([...entries, startValue(item, entries)]);
    focusEntry(entries.length);
  };
  return (
    <Input.Wrapper label={title} labelElement="div" description={slot.help || undefined} error={error}>
      <Stack gap="xs" mt={6} ref={list} role="list" aria-label={title}>
        {entries.map((one, i) => (
          <Entry
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
            key={i}
            name={`${entry.charAt(0).toUpperCase()}${entry.slice(1)} ${i + 1}`}
            isSmall={isSmall}
            buttons={
              mayChange ? (
                <MoveButtons
                  what={`${entry} ${i + 1}`}
                  at={i}
                  count={entries.length}
                  onMove={(to) => move(i, to)}
                  onRemove={() => remove(i)}
                />
              ) : null
            }
          >
            <FieldView
              slot={item}
              value={one}
              path={[...path, i]}
              title={`${entry.charAt(0).toUpperCase()}${entry.slice(1)} ${i + 1}`}
              isTitled={false}
              besides={entries.filter((_, other) => other !== i)}
            />
          </Entry>
        ))}
      </Stack>
      <WeightSum item={item} entries={entries} onEven={set} />
      {mayChange ? (
        <Button
          data-add
          mt="xs"
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
        >
          Add {/^[aeiou]/.test(entry) ? 'an' : 'a'} {entry}
        </Button>
      ) : null}
    </Input.Wrapper>
  );
}

interface EntryProps {
  readonly name: string;
  readonly isSmall: boolean;
  readonly buttons: ReactNode;
  readonly children: ReactNode;
}

/** A single widget in a line with its buttons, or a card with several. */
function Entry({ name, isSmall, buttons, children }: EntryProps) {
  if (isSmall) {
    return (
      <Group gap={4} wrap="nowrap" align="flex-start" role="listitem" data-entry>
        <div style={{ flex: 1, minWidth: 0 }}>{children}</div>
        {buttons}
      </Group>
    );
  }
  return (
    <Paper withBorder p="sm" role="listitem" aria-label={name} data-entry>
      <Group justify="space-between" wrap="nowrap" mb={6}>
        <Text size="sm" fw={600}>
          {name}
        </Text>
        {buttons}
      </Group>
      {children}
    </Paper>
  );
}
