import { TextInput } from '@mantine/core';
import { readDollars } from '../../app/dollars.ts';

type Unit = 'usd' | 'tokens';

/** The limit that a text says, in nano-dollars or tokens; null where it says none. */
export function readLimit(text: string, unit: Unit): number | null {
  if (unit === 'usd') return readDollars(text);
  const tokens = Number(text.replaceAll(',', '').trim());
  return /\d/.test(text) && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null;
}

/** Why a text cannot be the limit; null where it can. */
export function limitError(text: string, unit: Unit): string | null {
  if (readLimit(text, unit) !== null) return null;
  return unit === 'usd'
    ? 'Write an amount in dollars, such as 250 or 12.50; at most 9,007,199.'
    : 'Write a whole number of tokens, such as 1,000,000.';
}

interface Props {
  readonly unit: Unit;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | null;
}

/** The limit as it is typed. */
export function LimitInput({ unit, value, onChange, error }: Props) {
  return (
    <TextInput
      label={unit === 'usd' ? 'Limit in dollars' : 'Limit in tokens'}
      description={unit === 'usd' ? undefined : 'Input and output together.'}
      required
      inputMode="decimal"
      leftSection={unit === 'usd' ? '$' : undefined}
      value={value}
      error={error}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
