import { Switch } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** Yes or no. */
export function SwitchField({ slot, value, path, title }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  return (
    <Switch
      label={title}
      description={slot.help || undefined}
      error={error}
      disabled={!mayChange}
      checked={(value ?? slot.fallback) === true}
      onChange={({ currentTarget }) => change({ path, value: currentTarget.checked, title, goesOn: false })}
    />
  );
}
