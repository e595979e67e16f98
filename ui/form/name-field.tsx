import { Stack, TextInput } from '@mantine/core';
import { useForm } from './form-context.tsx';
import { freeName, isMadeFrom } from './names.ts';
import { type Path, sayPath } from './paths.ts';
import { type Field, isGroup } from './shape.ts';

interface Props {
  readonly label: Field;
  /** Names that are made from the label. */
  readonly names: readonly Field[];
  readonly group: Readonly<Record<string, unknown>>;
  readonly path: Path;
  /** The other entries of the list, whose names are taken. */
  readonly besides: readonly unknown[];
}

/** A label, and the name for programs that follows it until somebody writes another. */
export function NameField({ label, names, group, path, besides }: Props) {
  const { change, mayChange, problems } = useForm();
  const errorOf = (field: Field): string | undefined => problems.get(sayPath([...path, field.name]))?.join(' ');
  const text = String(group[label.name] ?? '');
  const relabel = (typed: string): void => {
    const made = names.flatMap((field): [string, unknown][] => {
      if (!isMadeFrom(group[field.name], text)) return [];
      const taken = besides.map((one) => (isGroup(one) ? one[field.name] : undefined));
      return [[field.name, freeName(typed, field.schema, taken)]];
    });
    const value = { ...group, ...Object.fromEntries(made), [label.name]: typed };
    change({ path, value, title: label.title, goesOn: true });
  };
  return (
    <Stack gap="xs">
      <TextInput
        label={label.title}
        description={label.help || undefined}
        value={text}
        error={errorOf(label)}
        readOnly={!mayChange}
        onChange={({ currentTarget }) => relabel(currentTarget.value)}
      />
      {names.map((field) => (
        <TextInput
          key={field.name}
          size="xs"
          label={field.title}
          description={field.help || undefined}
          value={String(group[field.name] ?? '')}
          error={errorOf(field)}
          readOnly={!mayChange}
          spellCheck={false}
          onChange={({ currentTarget }) =>
            change({ path: [...path, field.name], value: currentTarget.value, title: field.title, goesOn: true })
          }
        />
      ))}
    </Stack>
  );
}
