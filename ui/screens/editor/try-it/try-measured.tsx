import { Group, NumberInput, Stack, Text } from '@mantine/core';
import { NOT_MEASURED } from '../../../../policies/model-order.ts';
import { useTrying } from '../../../trying/trying-context.tsx';

/** How a model has been doing, where one is chosen by that. */
export function ModelMeasured({ id }: { readonly id: string }) {
  const measured = useTrying(({ trial }) => trial.outside.measured?.[id]) ?? NOT_MEASURED;
  const edit = useTrying((state) => state.edit);
  const set = (next: Partial<typeof measured>): void =>
    edit(({ outside }) => ({
      outside: { ...outside, measured: { ...outside.measured, [id]: { ...measured, ...next } } },
    }));
  const numberOf = (value: number | string): number | null => (typeof value === 'number' ? value : null);
  return (
    <Stack gap={4} role="group" aria-label={`How ${id} has been doing`}>
      <Text size="xs">{id}, in the last minutes</Text>
      <Group gap="xs" grow>
        <NumberInput
          label="First words after"
          size="xs"
          suffix=" s"
          min={0}
          decimalScale={2}
          placeholder="not measured"
          value={measured.firstTokenMs === null ? '' : measured.firstTokenMs / 1000}
          onChange={(value) => {
            const seconds = numberOf(value);
            set({ firstTokenMs: seconds === null ? null : seconds * 1000 });
          }}
        />
        <NumberInput
          label="Calls under way"
          size="xs"
          min={0}
          allowDecimal={false}
          value={measured.underWay}
          onChange={(value) => set({ underWay: numberOf(value) ?? 0 })}
        />
      </Group>
    </Stack>
  );
}
