import { ActionIcon, Autocomplete, Button, Fieldset, Group, Stack, TagsInput, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { TAG_NAME } from '../../../policies/facts.ts';

/** A tag as it is being typed. `number` tells rows apart. */
export interface TagRow {
  readonly number: number;
  readonly name: string;
  readonly values: readonly string[];
}

interface Props {
  readonly label: string;
  readonly description: string;
  readonly rows: readonly TagRow[];
  readonly onChange: (rows: readonly TagRow[]) => void;
  /** Values of tags that were seen in requests, by name. */
  readonly seen: Readonly<Record<string, readonly string[]>>;
  /** Whether a tag has several values. */
  readonly many: boolean;
  readonly error: string | null;
}

/** Tags with their values, one in a row. */
export function TagRows({ label, description, rows, onChange, seen, many, error }: Props) {
  const change = (number: number, part: Partial<TagRow>) =>
    onChange(rows.map((row) => (row.number === number ? { ...row, ...part } : row)));
  const add = () => onChange([...rows, { number: (rows.at(-1)?.number ?? 0) + 1, name: '', values: [] }]);
  return (
    <Fieldset legend={label} variant="unstyled" styles={{ legend: { fontSize: 14, fontWeight: 600, padding: 0 } }}>
      <Text size="xs" c="dimmed" mb="xs">
        {description}
      </Text>
      <Stack gap="xs" align="stretch">
        {rows.map(({ number, name, values }, i) => {
          const known = Object.hasOwn(seen, name) ? [...(seen[name] ?? [])] : [];
          const place = `${label}, ${i + 1}`;
          return (
            <Group key={number} gap="xs" wrap="nowrap" align="flex-start">
              <Autocomplete
                aria-label={`Name of the tag (${place})`}
                placeholder="usage"
                w={180}
                data={Object.keys(seen)}
                value={name}
                onChange={(text) => change(number, { name: text })}
              />
              {many ? (
                <TagsInput
                  aria-label={`Values (${place})`}
                  placeholder={values.length === 0 ? 'vibing, Enter, building, Enter' : ''}
                  flex={1}
                  data={known}
                  value={[...values]}
                  onChange={(texts) => change(number, { values: texts })}
                />
              ) : (
                <Autocomplete
                  aria-label={`Value (${place})`}
                  placeholder="building"
                  flex={1}
                  data={known}
                  value={values[0] ?? ''}
                  onChange={(text) => change(number, { values: text === '' ? [] : [text] })}
                />
              )}
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={`Remove (${place})`}
                onClick={() => onChange(rows.filter((row) => row.number !== number))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Group>
          );
        })}
        {error === null ? null : (
          <Text size="sm" role="alert" c="var(--mantine-color-error)">
            {error}
          </Text>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          style={{ alignSelf: 'flex-start' }}
          aria-label={`Add a tag: ${label}`}
        >
          Add a tag
        </Button>
      </Stack>
    </Fieldset>
  );
}

export type ReadTags =
  | { readonly ok: true; readonly tags: ReadonlyMap<string, string[]> }
  | { readonly ok: false; readonly why: string };

/** Tags by name, or why they cannot be taken; rows in which nothing stands are left out. `taken` are names used elsewhere. */
export function readTagRows(rows: readonly TagRow[], taken: readonly string[]): ReadTags {
  const tags = new Map<string, string[]>();
  for (const { name: typed, values: all } of rows) {
    const name = typed.trim();
    const values = [...new Set(all.map((value) => value.trim()).filter((value) => value !== ''))];
    if (name === '' && values.length === 0) continue;
    if (!TAG_NAME.test(name)) {
      const words = name === '' ? 'A tag has no name yet.' : `“${name}” cannot be the name of a tag.`;
      return { ok: false, why: `${words} Begin with a letter, then use letters, digits, “_”, “-” and “.”.` };
    }
    if (values.length === 0) return { ok: false, why: `The tag ${name} has no value yet.` };
    if (tags.has(name)) return { ok: false, why: `The tag ${name} stands there twice.` };
    if (taken.includes(name)) return { ok: false, why: `The tag ${name} is always sent by the key already.` };
    tags.set(name, values);
  }
  return { ok: true, tags };
}
