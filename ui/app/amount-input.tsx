import { TextInput } from '@mantine/core';
import { readDollars, writeDollars } from './dollars.ts';

type Unit = 'usd' | 'tokens';

/** The amount that a text says, in nano-dollars or tokens; null where it says none. */
export function readAmount(text: string, unit: Unit): number | null {
  if (unit === 'usd') return readDollars(text);
  const tokens = Number(text.replaceAll(',', '').trim());
  return /\d/.test(text) && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null;
}

/** An amount as it stands in a field. */
export const writeAmount = (amount: number, unit: Unit): string =>
  unit === 'usd' ? writeDollars(amount) : amount.toLocaleString('en-US');

/** Why a text cannot be an amount, of more than nothing where `least` is one; null where it can. */
export function amountError(text: string, unit: Unit, least: 0 | 1 = 0): string | null {
  const amount = readAmount(text, unit);
  if (amount !== null && amount >= least) return null;
  if (amount !== null) return 'Write more than nothing.';
  return unit === 'usd'
    ? 'Write an amount in dollars, such as 250 or 12.50; at most 9,007,199.'
    : 'Write a whole number of tokens, such as 1,000,000.';
}

interface Props {
  /** What it is the amount of, such as "Limit". */
  readonly what: string;
  readonly unit: Unit;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | null;
  readonly description?: string;
  /** Whether it has the focus when its dialog opens. */
  readonly first?: boolean;
}

/** An amount as it is typed. */
export function AmountInput({ what, unit, value, onChange, error, description, first }: Props) {
  return (
    <TextInput
      label={unit === 'usd' ? `${what} in dollars` : `${what} in tokens`}
      description={description ?? (unit === 'usd' ? undefined : 'Input and output together.')}
      required
      inputMode="decimal"
      leftSection={unit === 'usd' ? '$' : undefined}
      value={value}
      error={error}
      data-autofocus={first || undefined}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
