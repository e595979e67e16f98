import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Comparison } from './condition-comparison.tsx';
import { CustomRule } from './condition-custom.tsx';
import { DEEPEST_GROUP, GROUPINGS, type Grouping, type PartGroup, readPart, writePart } from './condition-parts.ts';
import type { PartProps } from './condition-props.ts';
import { useFocusAfter } from './focus-after.ts';
import { useForm } from './form-context.tsx';
import { MoveButtons } from './move-buttons.tsx';
import { moved, type Path, sayPath } from './paths.ts';

const GROUPING_WORDS: Record<Grouping, string> = {
  all: 'All of these',
  any: 'Any of these',
  none: 'None of these',
  'not all': 'Not all of these',
};

const NEW_COMPARISON = { fact: 'team', operator: 'exists', value: true };

interface Props extends PartProps {
  readonly part: PartGroup;
  /** Puts the one part that is left in place of the group. */
  readonly onUngroup: (part: unknown) => void;
}

/** Parts that are taken together; they can be added, moved and removed, and be groups themselves. */
export function ConditionGroup({ part, path, name, depth, onUngroup }: Props) {
  const { change, mayChange, problems } = useForm();
  const { list, focusEntry, focusButton } = useFocusAfter<HTMLDivElement>();
  const { parts, grouping } = part;
  const within = partsPath(part, path);
  const error = problems.get(sayPath(within))?.join(' ');
  const set = (next: Partial<PartGroup>): void =>
    change({ path, value: writePart({ ...part, ...next }), title: name, goesOn: false });
  const add = (one: unknown): void => {
    set({ parts: [...parts, one] });
    focusEntry(parts.length);
  };
  const buttonsOf = (what: string, i: number) =>
    mayChange ? (
      <MoveButtons
        what={what}
        at={i}
        count={parts.length}
        onMove={(to) => {
          if (to < 0 || to >= parts.length) return;
          set({ parts: moved(parts, i, to) });
          focusButton(`Move ${what.replace(/\d+$/, String(to + 1))} ${to < i ? 'up' : 'down'}`);
        }}
        onRemove={() => {
          set({ parts: parts.filter((_, other) => other !== i) });
          focusEntry(Math.min(i, parts.length - 2));
        }}
      />
    ) : null;
  return (
    <fieldset className="condition-group" aria-label={`${name}: ${GROUPING_WORDS[grouping]}`}>
      <NativeSelect
        size="xs"
        aria-label={`${name}: how its parts are taken together`}
        data={GROUPINGS.map((value) => ({ value, label: GROUPING_WORDS[value] }))}
        value={grouping}
        disabled={!mayChange}
        onChange={({ currentTarget }) => {
          const next = GROUPINGS.find((one) => one === currentTarget.value);
          if (next) set({ grouping: next });
        }}
      />
      <Stack gap="xs" mt="xs" ref={list}>
        {parts.map((raw, i) => {
          const read = readPart(raw, depth + 1);
          const what = `${depth === 0 ? 'part' : `${name.toLowerCase()}, part`} ${i + 1}`;
          const props = {
            raw,
            path: part.bare ? within : [...within, i],
            name: what.charAt(0).toUpperCase() + what.slice(1),
            depth: depth + 1,
          };
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
            <div key={i} data-entry className={read.type === 'comparison' ? 'condition-part' : undefined}>
              {read.type === 'comparison' ? (
                <Comparison {...props} part={read} buttons={buttonsOf(what, i)} />
              ) : read.type === 'custom' ? (
                <CustomRule {...props} part={read} buttons={buttonsOf(what, i)} />
              ) : (
                <>
                  <Group justify="space-between" wrap="nowrap">
                    <Text size="xs" c="dimmed">
                      {props.name}
                    </Text>
                    {buttonsOf(what, i)}
                  </Group>
                  <ConditionGroup
                    {...props}
                    part={read}
                    onUngroup={(only) => set({ parts: parts.map((one, at) => (at === i ? only : one)) })}
                  />
                </>
              )}
            </div>
          );
        })}
      </Stack>
      {parts.length === 0 || error !== undefined ? (
        <Text size="sm" c="var(--mantine-color-error)" mt="xs">
          {error ?? 'Add at least one comparison.'}
        </Text>
      ) : null}
      {mayChange ? (
        <Group gap="xs" mt="xs">
          <Button
            data-add
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => add(NEW_COMPARISON)}
          >
            Comparison
          </Button>
          {depth + 1 < DEEPEST_GROUP ? (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={12} aria-hidden />}
              onClick={() => add({ [grouping === 'all' ? 'any' : 'all']: [NEW_COMPARISON] })}
            >
              Group
            </Button>
          ) : null}
          {parts.length === 1 && (grouping === 'all' || grouping === 'any') ? (
            <Button size="compact-xs" variant="default" onClick={() => onUngroup(parts[0])}>
              Without a group
            </Button>
          ) : null}
        </Group>
      ) : null}
    </fieldset>
  );
}

/** Where the parts of a group stand in the document. */
function partsPath({ grouping, bare }: PartGroup, path: Path): Path {
  if (bare) return [...path, 'not'];
  if (grouping === 'all' || grouping === 'any') return [...path, grouping];
  return [...path, 'not', grouping === 'none' ? 'any' : 'all'];
}
