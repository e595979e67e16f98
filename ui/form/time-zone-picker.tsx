import { Select } from '@mantine/core';
import { DROPDOWN } from './dropdown.ts';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** Every time zone that the browser knows, by name; UTC first. */
const TIME_ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** A time zone, found by typing a part of its name. */
export function TimeZonePicker({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const current = String(value ?? slot.fallback ?? '');
  const isKnown = current === '' || TIME_ZONES.includes(current);
  return (
    <Select
      {...DROPDOWN}
      {...(isTitled ? { label: title } : { 'aria-label': title })}
      description={slot.help || undefined}
      searchable
      limit={60}
      allowDeselect={false}
      nothingFoundMessage="No time zone has that in its name. Try a large city nearby."
      data={isKnown ? [...TIME_ZONES] : [current, ...TIME_ZONES]}
      value={current === '' ? null : current}
      error={error}
      readOnly={!mayChange}
      onChange={(zone) => zone !== null && change({ path, value: zone, title, goesOn: false })}
    />
  );
}
