import { Text, TextInput } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { kept, type Notation, shown } from './notation.ts';
import { sayPath } from './paths.ts';
import { useTypedText } from './typed-text.ts';

interface Props extends FieldProps {
  readonly notation: Notation;
  readonly unit: string | undefined;
}

/** A number with its unit. A text that is no number stays in the draft as it was typed, and is said to be none. */
export function NumberField({ slot, value, path, title, isTitled, notation, unit }: Props) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const { mayBeAbsent, mayBeNull, fallback, help, hint } = slot;
  const nothing = mayBeNull ? null : mayBeAbsent ? undefined : '';
  const [text, type] = useTypedText<unknown>(
    value === undefined ? fallback : value,
    (one) => shown(one, notation),
    (typed) => (typed.trim() === '' ? nothing : kept(typed, notation)),
  );
  const hasLongUnit = unit !== undefined && unit.length > 10;
  return (
    <TextInput
      {...(isTitled ? { label: title } : { 'aria-label': title })}
      description={[help, hasLongUnit ? `In ${unit}.` : ''].filter(Boolean).join(' ') || undefined}
      placeholder={mayBeAbsent || mayBeNull ? hint.empty : undefined}
      value={text}
      error={error}
      readOnly={!mayChange}
      inputMode="decimal"
      rightSectionWidth={unit === undefined ? undefined : 16 + unit.length * 9}
      rightSection={
        unit === undefined || hasLongUnit ? null : (
          <Text size="sm" c="dimmed">
            {unit}
          </Text>
        )
      }
      onChange={({ currentTarget }) => change({ path, value: type(currentTarget.value), title, goesOn: true })}
    />
  );
}
