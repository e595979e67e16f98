import { ActionIcon, Autocomplete, Button, Group, Input, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { TAG_NAME } from '../../../../policies/facts.ts';
import { useEditor } from '../../../editing/editing-context.tsx';
import { useFocusAfter } from '../../../form/focus-after.ts';
import { tagsOfKey } from '../../../trying/key-tags.ts';
import type { TagRow } from '../../../trying/trial.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

/** The tags that the app sends; those that the key sets are named. Names and values that were seen are offered. */
export function TryTags() {
  const { house } = useEditor();
  const rows = useTrying(({ trial }) => trial.tags);
  const keyId = useTrying(({ trial }) => trial.key);
  const edit = useTrying((state) => state.edit);
  const { list, focusEntry } = useFocusAfter<HTMLDivElement>();
  const key = house.answer.keys.find(({ id }) => id === keyId);
  const set = key ? tagsOfKey(key, house.answer) : new Map<string, string>();
  const seen = house.answer.tags;
  const replace = (at: number, row: TagRow): void =>
    edit(({ tags }) => ({ tags: tags.map((one, i) => (i === at ? row : one)) }));
  return (
    <Input.Wrapper label="Tags that the app sends" labelElement="div">
      {set.size > 0 ? (
        <Text size="xs" c="dimmed">
          The key sets {[...set].map(([name, value]) => `${name}=${value}`).join(', ')}, whatever the app sends.
        </Text>
      ) : null}
      <Stack gap="xs" mt={6} ref={list}>
        {rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the name changes while it is typed
          <Group key={at} gap={4} wrap="nowrap" align="flex-start" data-entry>
            <Autocomplete
              flex={1}
              miw={0}
              aria-label={`Name of tag ${at + 1}`}
              placeholder="Name"
              data={[...new Set([...Object.keys(seen), ...(key?.requiredTags ?? [])])]}
              value={row.name}
              error={row.name === '' || TAG_NAME.test(row.name) ? undefined : 'Begin with a letter; no spaces.'}
              onChange={(name) => replace(at, { ...row, name })}
            />
            <Autocomplete
              flex={1}
              miw={0}
              aria-label={`Value of tag ${at + 1}`}
              placeholder="Value"
              data={[
                ...(key?.tagChoices[row.name] ?? (Object.hasOwn(seen, row.name) ? seen[row.name] : undefined) ?? []),
              ]}
              value={row.value}
              onChange={(value) => replace(at, { ...row, value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={`Remove tag ${at + 1}${row.name === '' ? '' : `, ${row.name}`}`}
              onClick={() => {
                edit(({ tags }) => ({ tags: tags.filter((_, i) => i !== at) }));
                focusEntry(Math.min(at, rows.length - 2));
              }}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      <Button
        data-add
        mt="xs"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => {
          edit(({ tags }) => ({ tags: [...tags, { name: '', value: '' }] }));
          focusEntry(rows.length);
        }}
      >
        Add a tag
      </Button>
    </Input.Wrapper>
  );
}
