import { Text, Textarea, TextInput } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useErrorAt, useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';

/** A text: one line, several for long ones; patterns in letters of one width. */
export function TextField({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange } = useForm();
  const error = useErrorAt(sayPath(path));
  const { hint, help, mayBeAbsent, fallback } = slot;
  const text = value ?? fallback ?? '';
  const common = {
    ...(isTitled ? { label: title } : { 'aria-label': title }),
    description: help || undefined,
    placeholder: mayBeAbsent ? hint.empty : undefined,
    value: String(text),
    error,
    readOnly: !mayChange,
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      const typed = currentTarget.value;
      change({ path, value: typed === '' && mayBeAbsent ? undefined : typed, title, goesOn: true });
    },
  };
  if (hint.widget === 'long text') return <Textarea {...common} autosize minRows={3} maxRows={14} />;
  if (hint.widget !== 'pattern') return <TextInput {...common} />;
  return (
    <div>
      <TextInput {...common} spellCheck={false} className="pattern-input" />
      <PatternNote />
    </div>
  );
}

/** What patterns can and cannot do here. */
export function PatternNote() {
  return (
    <Text size="xs" c="dimmed" mt={4}>
      It is found anywhere in the text; ^ and $ stand for its ends. Look-around and back-references are not possible, so
      that no text can make it run for ever.
    </Text>
  );
}
