import { Button, Fieldset, Stack, Text } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { FieldView } from './field-view.tsx';
import { useErrorAt, useForm } from './form-context.tsx';
import { NameField } from './name-field.tsx';
import { type Path, sayPath } from './paths.ts';
import { RangeField } from './range-field.tsx';
import { type Field, isFixed, isGroup } from './shape.ts';
import { startValue } from './start-value.ts';

/** A group of settings within others; one that may be left out has a button to set it and one to take it away. */
export function GroupField({
  slot,
  value,
  path,
  title,
  isTitled,
  besides,
  fields,
}: FieldProps & { readonly fields: readonly Field[] }) {
  const { change, mayChange } = useForm();
  const content = <Fields fields={fields} value={value} path={path} besides={besides} />;
  if (!isTitled) return content;
  const isSet = isGroup(value);
  const canGo = slot.mayBeAbsent || slot.mayBeNull;
  const set = (next: unknown): void => change({ path, value: next, title, goesOn: false });
  return (
    <Fieldset legend={title} className="setting-group">
      <Stack gap="sm">
        {slot.help === '' ? null : (
          <Text size="xs" c="dimmed">
            {slot.help}
          </Text>
        )}
        {isSet ? content : <Text size="sm">{slot.hint.empty ?? 'Not set.'}</Text>}
        {mayChange && (canGo || !isSet) ? (
          <Button
            variant="default"
            size="xs"
            onClick={() =>
              set(
                isSet
                  ? slot.mayBeNull
                    ? null
                    : undefined
                  : startValue({ ...slot, mayBeAbsent: false, mayBeNull: false }),
              )
            }
          >
            {isSet ? `Remove ${title}` : `Set ${title}`}
          </Button>
        ) : null}
      </Stack>
    </Fieldset>
  );
}

interface FieldsProps {
  readonly fields: readonly Field[];
  readonly value: unknown;
  readonly path: Path;
  readonly besides: readonly unknown[];
}

/** Fields one under the other. What is wrong with the group as a whole stands above them. */
export function Fields({ fields, value, path, besides }: FieldsProps) {
  const error = useErrorAt(sayPath(path));
  const group = isGroup(value) ? value : {};
  const far = new Set(fields.flatMap(({ hint }) => (hint.upTo === undefined ? [] : [hint.upTo])));
  const sources = new Set(fields.flatMap(({ hint }) => (hint.madeFrom === undefined ? [] : [hint.madeFrom])));
  return (
    <Stack gap="md">
      {error === undefined ? null : (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
      {fields.map((field) => {
        if (isFixed(field) || far.has(field.name)) return null;
        const end = fields.find(({ name }) => name === field.hint.upTo);
        if (end) return <RangeField key={field.name} low={field} high={end} group={group} path={path} />;
        // A name stands with what it is made from.
        if (field.hint.madeFrom !== undefined && fields.some(({ name }) => name === field.hint.madeFrom)) return null;
        if (sources.has(field.name)) {
          const names = fields.filter(({ hint }) => hint.madeFrom === field.name);
          return <NameField key={field.name} label={field} names={names} group={group} path={path} besides={besides} />;
        }
        return (
          <FieldView
            key={field.name}
            slot={field}
            value={group[field.name]}
            path={[...path, field.name]}
            title={field.title}
            isTitled
            besides={field.hint.versionOf === undefined ? NOTHING : [group[field.hint.versionOf]]}
          />
        );
      })}
    </Stack>
  );
}

const NOTHING: readonly unknown[] = [];
