import { Button, Input, Text } from '@mantine/core';
import { useState } from 'react';
import { DefinitionDialog } from './definition-dialog.tsx';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** A setting that no widget can show: it is written as a definition. */
export function DefinitionField({ slot, value, path, title }: FieldProps) {
  const { change, mayChange, problems } = useForm();
  const [isOpen, setOpen] = useState(false);
  const place = sayPath(path);
  const error = [...problems].flatMap(([at, words]) => (at === place || at.startsWith(`${place}.`) ? words : []));
  return (
    <Input.Wrapper
      label={title}
      labelElement="div"
      description={slot.help || undefined}
      error={error.join(' ') || undefined}
    >
      <Text size="sm" mt={4} lineClamp={3} className="pattern">
        {value === undefined ? 'Not set.' : JSON.stringify(value)}
      </Text>
      <Button size="xs" variant="default" mt="xs" onClick={() => setOpen(true)}>
        {mayChange ? `Edit the definition of ${title}` : `Show the definition of ${title}`}
      </Button>
      {isOpen ? (
        <DefinitionDialog
          title={title}
          sort={`setting-${place}`}
          schema={slot.schema}
          value={value ?? slot.fallback ?? null}
          readOnly={!mayChange}
          onSave={(next) => change({ path, value: next, title, goesOn: false })}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </Input.Wrapper>
  );
}
