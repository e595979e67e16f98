/** Dollars as people type them, and nano-dollars (10^-9) as they are kept. */

/** Nano-dollars of "12", "1,000.50" or "$0.15"; null for anything else, or for more than can be counted exactly. */
export function readDollars(text: string): number | null {
  const [, whole, part = ''] = /^\$?\s*(\d[\d,]*)(?:\.(\d{1,9}))?$/.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  const nano = Number(whole.replaceAll(',', '') + part.padEnd(9, '0'));
  return Number.isSafeInteger(nano) ? nano : null;
}

/** Nano-dollars as they stand in a field: "12", "0.15". */
export function writeDollars(nano: number): string {
  const digits = String(nano).padStart(10, '0');
  const part = digits.slice(-9).replace(/0+$/, '');
  return part === '' ? digits.slice(0, -9) : `${digits.slice(0, -9)}.${part}`;
}
