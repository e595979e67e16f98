import { Autocomplete, Group, MultiSelect, NativeSelect, TagsInput, Text, TextInput } from '@mantine/core';
import type { Comparison } from './condition-parts.ts';
import { valueWidget } from './condition-values.ts';
import { DROPDOWN } from './dropdown.ts';
import { useForm } from './form-context.tsx';
import { kept, plainNumber, shown } from './notation.ts';
import type { Path } from './paths.ts';
import { seenValues } from './seen-values.ts';
import { spoken } from './shape.ts';
import { PatternNote } from './text-field.tsx';
import { useTypedText } from './typed-text.ts';

interface Props {
  readonly part: Comparison;
  readonly path: Path;
  readonly name: string;
}

/** The right side of a comparison. What does not fit the operator is shown as it is, and can be written anew. */
export function ConditionValue({ part: { fact, operator, value }, path, name }: Props) {
  const { change, mayChange, house } = useForm();
  const label = `${name}: what it is compared with`;
  const set = (next: unknown, goesOn: boolean): void =>
    change({ path: [...path, 'value'], value: next, title: name, goesOn });
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  const strange = (fact.options ? texts.filter((one) => !fact.options?.includes(one)) : []).map((one) => ({
    value: one,
    label: `${one} (never)`,
  }));
  const options = (fact.options ?? []).map((one) => ({ value: one, label: spoken(one) }));
  const size = 'xs';
  switch (valueWidget(fact, operator)) {
    case 'nothing':
      return null;
    case 'yes or no':
      return (
        <NativeSelect
          size={size}
          aria-label={label}
          disabled={!mayChange}
          data={[
            { value: 'true', label: 'yes' },
            { value: 'false', label: 'no' },
            ...(typeof value === 'boolean' ? [] : [{ value: String(value), label: String(value), disabled: true }]),
          ]}
          value={String(value)}
          onChange={({ currentTarget }) => set(currentTarget.value === 'true', false)}
        />
      );
    case 'option':
      return (
        <NativeSelect
          size={size}
          aria-label={label}
          disabled={!mayChange}
          data={[...options, ...strange]}
          value={String(value)}
          onChange={({ currentTarget }) => set(currentTarget.value, false)}
        />
      );
    case 'options':
      return (
        <MultiSelect
          {...DROPDOWN}
          size={size}
          aria-label={label}
          readOnly={!mayChange}
          data={[...options, ...strange]}
          value={texts}
          onChange={(next) => set(next, false)}
        />
      );
    case 'texts':
      return (
        <TagsInput
          {...DROPDOWN}
          size={size}
          aria-label={label}
          placeholder={texts.length === 0 ? 'Type one, then Enter' : ''}
          readOnly={!mayChange}
          data={seenValues(fact.name, house)}
          value={texts}
          onChange={(next) => set(next, false)}
        />
      );
    case 'number':
      return <NumberInput label={label} value={value} onType={(next) => set(next, true)} />;
    case 'numbers':
    case 'times': {
      const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value];
      const isTime = fact.type === 'time';
      const put = (at: 0 | 1, next: unknown): void => set(at === 0 ? [next, pair[1]] : [pair[0], next], true);
      return (
        <Group gap={4} wrap="nowrap" align="flex-start">
          {([0, 1] as const).map((at) => (
            <Group key={at} gap={4} wrap="nowrap" flex={1}>
              {at === 1 ? <Text size="xs">{isTime ? 'until' : 'to'}</Text> : null}
              {isTime ? (
                <TimeInput
                  label={`${label}, ${at === 0 ? 'from' : 'until'}`}
                  value={pair[at]}
                  onType={(next) => put(at, next)}
                />
              ) : (
                <NumberInput
                  label={`${label}, ${at === 0 ? 'from' : 'to'}`}
                  value={pair[at]}
                  onType={(next) => put(at, next)}
                />
              )}
            </Group>
          ))}
        </Group>
      );
    }
    case 'time':
      return <TimeInput label={label} value={value} onType={(next) => set(next, true)} />;
    case 'pattern':
      return (
        <div>
          <TextInput
            size={size}
            className="pattern-input"
            aria-label={label}
            spellCheck={false}
            placeholder="Pattern"
            readOnly={!mayChange}
            value={String(value)}
            onChange={({ currentTarget }) => set(currentTarget.value, true)}
          />
          <PatternNote />
        </div>
      );
    case 'text':
      return (
        <Autocomplete
          {...DROPDOWN}
          size={size}
          aria-label={label}
          placeholder={Array.isArray(fact.example) ? '' : String(fact.example)}
          readOnly={!mayChange}
          data={seenValues(fact.name, house)}
          value={String(value)}
          onChange={(next) => set(next, true)}
        />
      );
  }
}

interface TypedProps {
  readonly label: string;
  readonly value: unknown;
  readonly onType: (value: unknown) => void;
}

function NumberInput({ label, value, onType }: TypedProps) {
  const { mayChange } = useForm();
  const [text, type] = useTypedText<unknown>(
    value,
    (one) => shown(one, plainNumber),
    (typed) => kept(typed, plainNumber),
  );
  return (
    <TextInput
      size="xs"
      aria-label={label}
      inputMode="decimal"
      readOnly={!mayChange}
      value={text}
      onChange={({ currentTarget }) => onType(type(currentTarget.value))}
    />
  );
}

function TimeInput({ label, value, onType }: TypedProps) {
  const { mayChange } = useForm();
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder="09:30"
      readOnly={!mayChange}
      value={String(value ?? '')}
      onChange={({ currentTarget }) => onType(currentTarget.value)}
    />
  );
}
