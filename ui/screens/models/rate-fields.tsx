import { ActionIcon, Button, Fieldset, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { type Price, type Rate, SPECIAL_AMOUNTS } from '../../../policies/model.ts';
import { readDollars, writeDollars } from '../../app/dollars.ts';

type Special = (typeof SPECIAL_AMOUNTS)[number];

/** A rate as it is typed: dollars for a million tokens, and the size of the input from which on it holds. */
export interface TypedRate {
  readonly above: string;
  readonly input: string;
  readonly cachedInput: string;
  readonly cacheWrite: string;
  readonly output: string;
  /** What few models have; empty for those that are not there. */
  readonly special: Readonly<Record<Special, string>>;
}

const NO_SPECIAL: TypedRate['special'] = {
  cacheWriteHour: '',
  audioInput: '',
  cachedAudio: '',
  imageInput: '',
  audioOutput: '',
  perRequest: '',
};

export const EMPTY_RATE: TypedRate = {
  above: '0',
  input: '',
  cachedInput: '',
  cacheWrite: '',
  output: '',
  special: NO_SPECIAL,
};

/** What each is called, and what counts where it is left empty. */
const SPECIAL_FIELDS: Readonly<Record<Special, readonly [label: string, empty: string]>> = {
  cacheWriteHour: ['Cache writes for an hour', 'as cache writes'],
  imageInput: ['Images in the input', 'as input'],
  audioInput: ['Sound in the input', 'as input'],
  cachedAudio: ['Cached sound', 'as cached input'],
  audioOutput: ['Sound in the output', 'as output'],
  perRequest: ['Each request, besides its tokens', 'nothing'],
};

const write = (amount: number | undefined): string => (amount === undefined ? '' : writeDollars(amount));

/** The rates of a price as they stand in fields; one empty rate for no price. */
export function typedRates(price: Price | null): readonly TypedRate[] {
  return (
    price?.map((rate) => ({
      above: String(rate.aboveInputTokens),
      input: write(rate.input),
      cachedInput: write(rate.cachedInput),
      cacheWrite: write(rate.cacheWrite),
      output: write(rate.output),
      special: {
        cacheWriteHour: write(rate.cacheWriteHour),
        audioInput: write(rate.audioInput),
        cachedAudio: write(rate.cachedAudio),
        imageInput: write(rate.imageInput),
        audioOutput: write(rate.audioOutput),
        perRequest: write(rate.perRequest),
      },
    })) ?? [EMPTY_RATE]
  );
}

/** What is left out of reading from and writing to a cache costs what plain input does. */
function readRate({ above, input, cachedInput, cacheWrite, output, special }: TypedRate): Rate | null {
  const plain = readDollars(input);
  const out = readDollars(output);
  const cached = cachedInput.trim() === '' ? plain : readDollars(cachedInput);
  const written = cacheWrite.trim() === '' ? plain : readDollars(cacheWrite);
  const tokens = Number(above.replaceAll(',', '').trim());
  if (plain === null || out === null || cached === null || written === null) return null;
  if (above.trim() === '' || !Number.isSafeInteger(tokens) || tokens < 0) return null;
  const others: Partial<Record<Special, number>> = {};
  for (const name of SPECIAL_AMOUNTS) {
    if (special[name].trim() === '') continue;
    const amount = readDollars(special[name]);
    if (amount === null) return null;
    others[name] = amount;
  }
  return { aboveInputTokens: tokens, input: plain, cachedInput: cached, cacheWrite: written, output: out, ...others };
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
  const [more, setMore] = useState(() => SPECIAL_AMOUNTS.some((name) => rate.special[name] !== ''));
  const dollarField = (label: string, value: string, empty: string | null, change: (text: string) => void) => (
    <TextInput
      key={label}
      label={label}
      required={empty === null}
      placeholder={empty ?? undefined}
      inputMode="decimal"
      leftSection="$"
      value={value}
      onChange={({ currentTarget }) => change(currentTarget.value)}
    />
  );
  const field = (name: 'input' | 'output' | 'cachedInput' | 'cacheWrite', label: string, empty: string | null) =>
    dollarField(label, rate[name], empty, (text) => onChange({ ...rate, [name]: text }));
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
        {field('input', 'Input', null)}
        {field('output', 'Output', null)}
        {field('cachedInput', 'Cached input', 'as input')}
        {field('cacheWrite', 'Cache writes', 'as input')}
      </SimpleGrid>
      {more ? (
        <SimpleGrid cols={{ base: 1, sm: 3 }} mt="sm" style={{ alignItems: 'end' }}>
          {SPECIAL_AMOUNTS.map((name) => {
            const [label, empty] = SPECIAL_FIELDS[name];
            const change = (text: string) => onChange({ ...rate, special: { ...rate.special, [name]: text } });
            return dollarField(label, rate.special[name], empty, change);
          })}
        </SimpleGrid>
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setMore(true)}
        >
          Prices for sound, images and long caching
        </Button>
      )}
      {error === null ? null : (
        <Text size="sm" mt="xs" role="alert" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Fieldset>
  );
}
