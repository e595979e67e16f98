import { Input, NativeSelect, SegmentedControl } from '@mantine/core';
import { useId } from 'react';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';
import { spoken } from './shape.ts';

interface Props extends FieldProps {
  readonly values: readonly (string | number)[];
}

/** Letters that still fit beside each other in the panel. */
const SHORT = 34;
const NOTHING = '';

/** One of a few values by their words: beside each other when they are short, else in a list. */
export function ChoiceField({ slot, value, path, title, isTitled, values }: Props) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const id = useId();
  const { hint, help, mayBeAbsent, mayBeNull, fallback } = slot;
  const current = value === undefined ? fallback : value;
  const canBeEmpty = (mayBeAbsent && fallback === undefined) || mayBeNull;
  const words = (one: string | number): string => hint.words?.[one] ?? spoken(String(one));
  const known = values.map((one, i) => ({ value: String(i), label: words(one) }));
  const at = values.findIndex((one) => Object.is(one, current));
  const isStrange = at === -1 && current !== undefined && current !== null;
  const pick = (key: string): void => {
    const next = key === NOTHING ? (mayBeNull ? null : undefined) : values[Number(key)];
    change({ path, value: next, title, goesOn: false });
  };
  const length = known.reduce((sum, { label }) => sum + label.length + 3, 0);
  if (!canBeEmpty && !isStrange && at !== -1 && values.length <= 3 && length <= SHORT) {
    return (
      <Input.Wrapper
        label={isTitled ? title : undefined}
        description={help || undefined}
        error={error}
        labelElement="div"
        id={id}
      >
        <SegmentedControl
          fullWidth
          mt={6}
          aria-label={title}
          data={known}
          value={String(at)}
          disabled={!mayChange}
          onChange={pick}
        />
      </Input.Wrapper>
    );
  }
  const strange = { value: 'strange', label: `${String(current)} (not possible here)`, disabled: true };
  const empty = { value: NOTHING, label: hint.empty ?? 'not set' };
  return (
    <NativeSelect
      {...(isTitled ? { label: title } : { 'aria-label': title })}
      description={help || undefined}
      error={error}
      disabled={!mayChange}
      data={[...(canBeEmpty || at === -1 ? [empty] : []), ...(isStrange ? [strange] : []), ...known]}
      value={isStrange ? 'strange' : at === -1 ? NOTHING : String(at)}
      onChange={({ currentTarget }) => pick(currentTarget.value)}
    />
  );
}
