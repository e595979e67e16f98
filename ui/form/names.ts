/** Names that programs use, made from the words that people use. */
import { z } from 'zod';

/** "The checkout!" as "the_checkout"; a name starts with a letter. */
function slug(words: string): string {
  const plain = words
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '');
  return plain.slice(0, 20).replace(/_+$/, '');
}

/** The first name like these words that fits its schema and that nobody has; `case` and a number when nothing fits. */
export function freeName(words: string, schema: z.core.$ZodType, taken: readonly unknown[]): string {
  const isFree = (name: string): boolean => !taken.includes(name) && z.safeParse(schema, name).success;
  const base = slug(words);
  const wanted = base !== '' && z.safeParse(schema, base).success ? base : 'case';
  if (wanted === base && isFree(base)) return base;
  for (let n = wanted === base ? 2 : taken.length + 1; ; n++) {
    const name = `${wanted}_${n}`;
    if (isFree(name) || n > 10_000) return name;
  }
}

/** Whether a name is the one that would be made from these words, so that it may change with them. */
export function isMadeFrom(name: unknown, words: string): boolean {
  if (typeof name !== 'string') return false;
  return name === '' || name === slug(words) || name.replace(/_\d+$/, '') === (slug(words) || 'case');
}
