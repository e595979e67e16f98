/** Lengths of time in words. */

const DURATION_UNITS = [
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;
const UNIT_MILLISECONDS: Readonly<Record<string, number>> = { seconds: 1000, minutes: 60_000, hours: 3_600_000 };

const sayNumber = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });

/** A time in its largest units: “1 minute 30 seconds”. Without a unit it is in milliseconds. */
export function sayDuration(amount: number, unit: string | undefined): string {
  let left = amount * (UNIT_MILLISECONDS[unit ?? ''] ?? 1);
  const parts: string[] = [];
  for (const [name, length] of DURATION_UNITS) {
    const count = name === 'second' ? Math.round(left) / length : Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${sayNumber(count)} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.join(' ') || '0 seconds';
}
