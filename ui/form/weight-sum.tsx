import { Button, Group, Text } from '@mantine/core';
import { useForm } from './form-context.tsx';
import { isGroup, type Slot } from './shape.ts';
import { shareOut } from './weights.ts';

interface Props {
  readonly item: Slot;
  readonly entries: readonly unknown[];
  readonly onEven: (entries: readonly unknown[]) => void;
}

/** Under a list whose entries have weights: what they add up to, and a button that makes it 100. */
export function WeightSum({ item, entries, onEven }: Props) {
  const { mayChange } = useForm();
  const field =
    item.shape.type === 'group' ? item.shape.fields.find(({ hint }) => hint.widget === 'weight') : undefined;
  if (!field || entries.length === 0) return null;
  const weights = entries.map((one) => {
    const weight = isGroup(one) ? one[field.name] : undefined;
    return typeof weight === 'number' && weight > 0 ? weight : 0;
  });
  const sum = Math.round(weights.reduce((total, weight) => total + weight, 0) * 1000) / 1000;
  if (sum === 100) {
    return (
      <Text size="sm" mt="xs" role="status">
        Together 100 %.
      </Text>
    );
  }
  const even = shareOut(weights);
  return (
    <Group mt="xs" gap="sm" role="status">
      <Text size="sm" c="var(--mantine-color-error)">
        Together {sum} %: they have to add up to 100 %.
      </Text>
      {mayChange ? (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => onEven(entries.map((one, i) => (isGroup(one) ? { ...one, [field.name]: even[i] } : one)))}
        >
          Make it 100 %
        </Button>
      ) : null}
    </Group>
  );
}
