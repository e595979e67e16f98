import { ActionIcon, Fieldset, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Price, Rate } from '../../../policies/model.ts';
import { readDollars, writeDollars } from '../../app/dollars.ts';

/** A rate as it is typed: dollars for a million tokens, and the size of the input from which on it holds. */
export interface TypedRate {
  readonly above: string;
  readonly input: string;
  readonly cachedInput: string;
  readonly cacheWrite: string;
  readonly output: string;
}

export const EMPTY_RATE: TypedRate = { above: '0', input: '', cachedInput: '', cacheWrite: '', output: '' };

/** The rates of a price as they stand in fields; one empty rate for no price. */
export function typedRates(price: Price | null): readonly TypedRate[] {
  return (
    price?.map((rate) => ({
      above: String(rate.aboveInputTokens),
      input: writeDollars(rate.input),
      cachedInput: writeDollars(rate.cachedInput),
      cacheWrite: writeDollars(rate.cacheWrite),
      output: writeDollars(rate.output),
    })) ?? [EMPTY_RATE]
  );
}

/** What is left out of reading from and writing to a cache costs what plain input does. */
function readRate({ above, input, cachedInput, cacheWrite, output }: TypedRate): Rate | null {
  const plain = readDollars(input);
  const out = readDollars(output);
  const cached = cachedInput.trim() === '' ? plain : readDollars(cachedInput);
  const written = cacheWrite.trim() === '' ? plain : readDollars(cacheWrite);
  const tokens = Number(above.replaceAll(',', '').trim());
  if (plain === null || out === null || cached === null || written === null) return null;
  if (above.trim() === '' || !Number.isSafeInteger(tokens) || tokens < 0) return null;
  return { aboveInputTokens: tokens, input: plain, cachedInput: cached, cacheWrite: written, output: out };
}

/** What is wrong with one of the rates, in words; null where nothing is. */
export function rateError(rates: readonly TypedRate[], i: number): string | null {
  const rate = rates[i];
  const read = rate && readRate(rate);
  if (!read) return 'Write amounts in dollars, such as 0.15, and sizes in whole tokens. 0 means free.';
  const before = rates[i - 1];
  const last = before && readRate(before);
  if (i > 0 && read.aboveInputTokens <= (last?.aboveInputTokens ?? 0))
    return 'Each further price begins at a longer input than the one before it.';
  return null;
}

/** The price that the rates say; null while one of them is wrong. */
export function readPrice(rates: readonly TypedRate[]): Price | null {
  if (rates.some((_, i) => rateError(rates, i) !== null)) return null;
  const [first, ...rest] = rates.flatMap((rate) => readRate(rate) ?? []);
  return first ? [first, ...rest] : null;
}

interface Props {
  /** The first holds for every input; the others from a size on. */
  readonly first: boolean;
  readonly rate: TypedRate;
  readonly error: string | null;
  readonly onChange: (rate: TypedRate) => void;
  readonly onRemove: () => void;
}

/** One rate. */
export function RateFields({ first, rate, error, onChange, onRemove }: Props) {
  const field = (name: keyof TypedRate, label: string, required: boolean) => (
    <TextInput
      label={label}
      required={required}
      placeholder={required ? undefined : 'as input'}
      inputMode="decimal"
      leftSection="$"
      value={rate[name]}
      onChange={({ currentTarget }) => onChange({ ...rate, [name]: currentTarget.value })}
    />
  );
  return (
    <Fieldset legend={first ? 'Dollars for a million tokens' : 'Dollars for a million tokens of long inputs'}>
      {first ? null : (
        <Group align="flex-end" mb="sm" gap="xs">
          <TextInput
            label="For inputs of more than this many tokens"
            required
            inputMode="numeric"
            flex={1}
            value={rate.above}
            onChange={({ currentTarget }) => onChange({ ...rate, above: currentTarget.value })}
          />
          <ActionIcon variant="default" size="lg" aria-label="Remove the price for long inputs" onClick={onRemove}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {field('input', 'Input', true)}
        {field('output', 'Output', true)}
        {field('cachedInput', 'Cached input', false)}
        {field('cacheWrite', 'Cache writes', false)}
      </SimpleGrid>
      {error === null ? null : (
        <Text size="sm" mt="xs" role="alert" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Fieldset>
  );
}
