import { Textarea } from '@mantine/core';
import type { FieldProps } from './field-props.ts';
import { useForm } from './form-context.tsx';
import { sayPath } from './paths.ts';
import { useTypedText } from './typed-text.ts';

/** A list of short texts, one on each line, so that it can be pasted from anywhere. */
export function LinesField({ slot, value, path, title, isTitled }: FieldProps) {
  const { change, mayChange, problems } = useForm();
  const place = sayPath(path);
  const wrong = [...problems].flatMap(([at, words]) => {
    if (at === place) return words;
    const line = at.startsWith(`${place}.`) ? Number(at.slice(place.length + 1)) + 1 : Number.NaN;
    return Number.isNaN(line) ? [] : words.map((one) => `Line ${line}: ${one}`);
  });
  const [text, type] = useTypedText<unknown>(
    value ?? slot.fallback ?? [],
    (one) => (Array.isArray(one) ? one.join('\n') : String(one)),
    (typed) => typed.split('\n').filter((line) => line.trim() !== ''),
  );
  return (
    <Textarea
      {...(isTitled ? { label: title } : { 'aria-label': title })}
      description={`${slot.help} One ${slot.hint.entry ?? 'entry'} on each line.`.trim()}
      error={wrong.join(' ') || undefined}
      value={text}
      readOnly={!mayChange}
      autosize
      minRows={3}
      maxRows={12}
      onChange={({ currentTarget }) => change({ path, value: type(currentTarget.value), title, goesOn: true })}
    />
  );
}
