import { ActionIcon, Autocomplete, Button, Group, Input, Stack } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { FieldView } from './field-view.tsx';
import { useFocusAfter } from './focus-after.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';
import { isGroup, type Slot } from './shape.ts';
import { startValue } from './start-value.ts';

/** Values by names that people write, such as tags: for those, names and values that were seen in requests are offered. */
export function EntriesField({ slot, value, path, title, item }: FieldProps & { readonly item: Slot }) {
  const { change, mayChange, house } = useForm();
  const error = useErrorAt(sayPath(path));
  const { list, focusEntry } = useFocusAfter<HTMLDivElement>();
  const entries: [string, unknown][] = isGroup(value) ? Object.entries(value) : [];
  const isTags = slot.hint.widget === 'tag';
  const entry = isTags ? 'tag' : (slot.hint.entry ?? 'entry');
  const seen = isTags ? house.answer.tags : {};
  const names = entries.map(([name]) => name);
  const set = (next: readonly (readonly [string, unknown])[], goesOn: boolean): void =>
    change({ path, value: Object.fromEntries(next), title, goesOn });
  return (
    <Input.Wrapper label={title} labelElement="div" description={slot.help || undefined} error={error}>
      <Stack gap="xs" mt={6} ref={list}>
        {entries.map(([name, one], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is typed
          <Group key={i} gap={4} wrap="nowrap" align="flex-start" data-entry>
            <NameInput
              label={`Name of ${entry} ${i + 1}`}
              name={name}
              taken={names.filter((_, other) => other !== i)}
              offered={Object.keys(seen)}
              place={sayPath([...path, name])}
              onRename={(next) =>
                set(
                  entries.map((pair, at) => (at === i ? [next, one] : pair)),
                  true,
                )
              }
            />
            <div style={{ flex: 1, minWidth: 0 }}>
              {isTags ? (
                <Autocomplete
                  {...DROPDOWN}
                  aria-label={`Value of ${entry} ${i + 1}`}
                  placeholder="Value"
                  data={[...(seen[name] ?? [])]}
                  value={String(one)}
                  readOnly={!mayChange}
                  onChange={(next) =>
                    set(
                      entries.map((pair, at) => (at === i ? [name, next] : pair)),
                      true,
                    )
                  }
                />
              ) : (
                <FieldView
                  slot={item}
                  value={one}
                  path={[...path, name]}
                  title={`Value of ${entry} ${i + 1}`}
                  isTitled={false}
                  besides={[]}
                />
              )}
            </div>
            {mayChange ? (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={`Remove ${entry} ${i + 1}${name === '' ? '' : `, ${name}`}`}
                onClick={() => {
                  set(
                    entries.filter((_, at) => at !== i),
                    false,
                  );
                  focusEntry(Math.min(i, entries.length - 2));
                }}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            ) : null}
          </Group>
        ))}
      </Stack>
      {mayChange ? (
        <Button
          data-add
          mt="xs"
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            // One that has no name yet is the one to fill in.
            const unnamed = names.indexOf('');
            if (unnamed === -1) set([...entries, ['', startValue(item)]], false);
            focusEntry(unnamed === -1 ? entries.length : unnamed);
          }}
        >
          Add {/^[aeiou]/.test(entry) ? 'an' : 'a'} {entry}
        </Button>
      ) : null}
    </Input.Wrapper>
  );
}

interface NameProps {
  readonly label: string;
  readonly name: string;
  readonly taken: readonly string[];
  readonly offered: readonly string[];
  readonly place: string;
  readonly onRename: (name: string) => void;
}

/** A name; one that another entry has is shown and said, but would overwrite that entry and is not kept. */
function NameInput({ label, name, taken, offered, place, onRename }: NameProps) {
  const { mayChange } = useForm();
  const error = useErrorAt(place);
  const [clash, setClash] = useState<string | null>(null);
  return (
    <Autocomplete
      {...DROPDOWN}
      flex={1}
      miw={0}
      aria-label={label}
      placeholder="Name"
      data={offered.filter((one) => !taken.includes(one))}
      value={clash ?? name}
      error={clash === null ? error : `There is a “${clash}” already.`}
      readOnly={!mayChange}
      onChange={(next) => {
        const isTaken = taken.includes(next);
        setClash(isTaken ? next : null);
        if (!isTaken && next !== name) onRename(next);
      }}
    />
  );
}
