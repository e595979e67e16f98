import { Group, Input, NativeSelect } from '@mantine/core';
import { useId, useState } from 'react';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { fittingUnit, isTimeUnit, kept, scaled, shown, TIME_UNIT_NAMES, TIME_UNITS } from './notation.ts';
import { sayPath } from './paths.ts';
import { useTypedText } from './typed-text.ts';

/** A length of time: a number and its unit. What is kept has the unit of the field, milliseconds where it names none. */
export function DurationField({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const { hint, help, mayBeAbsent, mayBeNull, fallback } = slot;
  const keptIn = isTimeUnit(hint.unit) ? hint.unit : 'milliseconds';
  const current = value === undefined ? fallback : value;
  const id = useId();
  const [unit, setUnit] = useState(() => fittingUnit(current, keptIn));
  const notation = scaled(TIME_UNITS[unit] / TIME_UNITS[keptIn]);
  const nothing = mayBeNull ? null : mayBeAbsent ? undefined : '';
  const [text, type] = useTypedText<unknown>(
    current,
    (one) => shown(one, notation),
    (typed) => (typed.trim() === '' ? nothing : kept(typed, notation)),
  );
  const units = TIME_UNIT_NAMES.filter((name) => name !== 'milliseconds' || keptIn === 'milliseconds');
  return (
    <Input.Wrapper id={id} label={isTitled ? title : undefined} description={help || undefined} error={error}>
      <Group gap="xs" wrap="nowrap" mt={isTitled ? 4 : 0}>
        <Input
          flex={1}
          id={id}
          {...(isTitled ? {} : { 'aria-label': title })}
          placeholder={mayBeAbsent || mayBeNull ? hint.empty : undefined}
          value={text}
          error={error !== undefined}
          readOnly={!mayChange}
          inputMode="decimal"
          onChange={({ currentTarget }) => change({ path, value: type(currentTarget.value), title, goesOn: true })}
        />
        <NativeSelect
          aria-label={`Unit of ${title}`}
          w={130}
          data={units}
          value={unit}
          disabled={!mayChange}
          onChange={({ currentTarget }) => {
            const next = units.find((name) => name === currentTarget.value) ?? keptIn;
            setUnit(next);
            const read = scaled(TIME_UNITS[next] / TIME_UNITS[keptIn]).read(text);
            if (read !== null) change({ path, value: read, title, goesOn: false });
          }}
        />
      </Group>
    </Input.Wrapper>
  );
}
