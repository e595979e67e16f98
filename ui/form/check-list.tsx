import { Checkbox, Stack } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';
import { spoken } from './shape.ts';

interface Props extends FieldProps {
  readonly values: readonly (string | number)[];
}

/** Any number of a few values. */
export function CheckList({ slot, value, path, title, values }: Props) {
  const { change, mayChange, problems } = useForm();
  const current: readonly unknown[] = Array.isArray(value) ? value : Array.isArray(slot.fallback) ? slot.fallback : [];
  const strange = current.filter((one) => !values.some((known) => known === one));
  const place = sayPath(path);
  const error = [...problems]
    .flatMap(([at, words]) => (at === place || at.startsWith(`${place}.`) ? words : []))
    .join(' ');
  const words = (one: unknown): string => slot.hint.words?.[String(one)] ?? spoken(String(one));
  const set = (chosen: readonly unknown[]): void => change({ path, value: chosen, title, goesOn: false });
  return (
    <Checkbox.Group
      label={title}
      description={slot.help || undefined}
      error={error || undefined}
      value={current.map(String)}
      onChange={(chosen) => set([...values.filter((one) => chosen.includes(String(one))), ...strange])}
    >
      <Stack gap={6} mt={6}>
        {values.map((one) => (
          <Checkbox key={one} value={String(one)} label={firstLarge(words(one))} disabled={!mayChange} />
        ))}
        {strange.map((one) => (
          <Checkbox
            key={String(one)}
            label={`${String(one)} (not possible here)`}
            checked
            disabled={!mayChange}
            onChange={() => set(current.filter((other) => other !== one))}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

const firstLarge = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
