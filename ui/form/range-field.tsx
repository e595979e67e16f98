import { Group, Input, RangeSlider, Text, TextInput } from '@mantine/core';
import { useForm } from './form-context.tsx';
import { kept, percentage, shown } from './notation.ts';
import { type Path, sayPath } from './paths.ts';
import type { Field } from './shape.ts';
import { useTypedText } from './typed-text.ts';

interface Props {
  readonly low: Field;
  readonly high: Field;
  readonly group: Readonly<Record<string, unknown>>;
  readonly path: Path;
}

const MARKS = [0, 25, 50, 75, 100].map((value) => ({ value, label: `${value}` }));

/** Two shares on one slider with two thumbs, and as numbers for those who know what they want. */
export function RangeField({ low, high, group, path }: Props) {
  const { change, mayChange, underRange } = useForm();
  const value = (field: Field): unknown => group[field.name] ?? field.fallback;
  const share = (field: Field, otherwise: number): number => {
    const one = value(field);
    return typeof one === 'number' ? one : otherwise;
  };
  const title = `${low.title} and ${high.title.charAt(0).toLowerCase()}${high.title.slice(1)}`;
  const from = share(low, 0);
  const to = share(high, 1);
  const slide = ([left, right]: [number, number]): void => {
    const ends = { [low.name]: left / 100, [high.name]: right / 100 };
    change({ path, value: { ...group, ...ends }, title, goesOn: true });
  };
  return (
    <Input.Wrapper label={title} labelElement="div" description={`${low.help} ${high.help}`.trim()}>
      <RangeSlider
        mt="sm"
        mb="xl"
        min={0}
        max={100}
        minRange={0}
        step={1}
        marks={MARKS}
        label={(at) => `${at} %`}
        thumbFromLabel={low.title}
        thumbToLabel={high.title}
        disabled={!mayChange}
        value={[Math.round(from * 100), Math.round(to * 100)]}
        onChange={slide}
      />
      <Group grow align="flex-start">
        <Share field={low} value={value(low)} path={path} />
        <Share field={high} value={value(high)} path={path} />
      </Group>
      {underRange({ field: low.name, low: from, high: to })}
    </Input.Wrapper>
  );
}

function Share({ field, value, path }: { readonly field: Field; readonly value: unknown; readonly path: Path }) {
  const { change, mayChange, problems } = useForm();
  const place = [...path, field.name];
  const [text, type] = useTypedText<unknown>(
    value,
    (one) => shown(one, percentage),
    (typed) => kept(typed, percentage),
  );
  return (
    <TextInput
      label={field.title}
      value={text}
      error={problems.get(sayPath(place))?.join(' ')}
      readOnly={!mayChange}
      inputMode="decimal"
      rightSection={
        <Text size="sm" c="dimmed">
          %
        </Text>
      }
      onChange={({ currentTarget }) =>
        change({ path: place, value: type(currentTarget.value), title: field.title, goesOn: true })
      }
    />
  );
}
