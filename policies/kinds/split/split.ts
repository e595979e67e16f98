import { z } from 'zod';
import { bucketOf } from '../../bucket.ts';
import { budgetSchema, scopeOf } from '../../budget.ts';
import type { Run } from '../../run.ts';
import { ask, defineKind, field, type Step } from '../kind.ts';

const variant = z.strictObject({
  port: field(
    z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'A variant is named with small letters, digits, "_" or "-".'),
    'Name',
    'Stands in the path of each request.',
    { widget: 'name', madeFrom: 'label' },
  ),
  label: field(z.string().max(60), 'Label', 'Stands on the drawing.'),
  weight: field(z.int().min(0).max(100), 'Share', 'Of all requests that come here.', { widget: 'weight' }),
});

const settings = z.strictObject({
  variants: field(
    z
      .array(variant)
      .min(2)
      .max(10)
      .refine((list) => new Set(list.map((one) => one.port)).size === list.length, 'Two variants have the same name.')
      .refine((list) => list.some((one) => one.weight > 0), 'At least one variant needs a share.'),
    'Variants',
    'Each request takes one of them.',
    { entry: 'variant' },
  ),
  stickyBy: field(
    budgetSchema.shape.scope.default([]),
    'Stays the same for each',
    'Requests with the same values take the same variant, today and tomorrow.',
    { widget: 'scope', empty: 'nothing: each request draws for itself' },
  ),
});

type Variant = z.output<typeof variant>;

const nameOf = ({ label, port }: Variant): string => label || port;
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** The variant of a lot from 0 up to 1: shares stand one behind the other, in the order of the list. */
function variantAt(lot: number, variants: readonly Variant[], total: number): Variant | undefined {
  let until = 0;
  for (const one of variants) {
    until += one.weight / total;
    if (lot < until) return one;
  }
  // Shares as fractions may add up to a little less than 1.
  return variants.findLast((one) => one.weight > 0);
}

/** The variants in a split's settings; none where these do not fit. */
export const variantsOf = (written: unknown): readonly Variant[] => settings.safeParse(written).data?.variants ?? [];

/** A lot in the middle of a variant's share, by which it is taken; null for a variant without a share or that is not there. */
export function lotOf(port: string, variants: readonly Pick<Variant, 'port' | 'weight'>[]): number | null {
  const total = variants.reduce((sum, one) => sum + one.weight, 0);
  let before = 0;
  for (const one of variants) {
    if (one.port === port) return one.weight === 0 ? null : (before + one.weight / 2) / total;
    before += one.weight;
  }
  return null;
}

/** Whether a request has a value for each of the names, so that it can stay with its variant. */
function hasAll(names: readonly string[], run: Run): boolean {
  return names.every((name) => {
    const value = run.read(name === 'key' ? 'key.id' : name, false);
    return value !== null && value !== '';
  });
}

const sayNames = (names: readonly string[]): string =>
  names.map((name) => (name.startsWith('tags.') ? `tag ${name.slice(5)}` : name)).join(' and ');

export const split = defineKind(
  {
    title: 'Split',
    icon: 'arrow-fork',
    group: 'decide',
    summary: 'Sends shares of the requests different ways, to compare them.',
  },
  settings,
  {
    variants: [
      { port: 'a', label: 'A', weight: 50 },
      { port: 'b', label: 'B', weight: 50 },
    ],
    stickyBy: [],
  },
  ({ variants, stickyBy }) => {
    const total = variants.reduce((sum, one) => sum + one.weight, 0);
    const shares = variants.map((one) => `${nameOf(one)} ${percent(one.weight / total)}`).join(', ');
    return {
      ports: variants.map((one) => ({ name: one.port, label: nameOf(one) })),
      sentence: `${shares}${stickyBy.length === 0 ? '' : `; the same for each ${sayNames(stickyBy)}`}.`,
      compile: ({ node }) => {
        const take = (lot: number, by: string): Step => {
          const chosen = variantAt(lot, variants, total);
          if (!chosen) throw new Error(`The split “${node}” has no variant with a share.`);
          return { port: chosen.port, reason: `${nameOf(chosen)}, ${by} (${percent(chosen.weight / total)}).` };
        };
        return (run) => {
          if (stickyBy.length > 0 && hasAll(stickyBy, run)) {
            const scope = scopeOf({ scope: stickyBy }, run);
            return take(bucketOf(scope, node), `as always for ${scope}`);
          }
          const without = stickyBy.length > 0 ? `by lot, since it names no ${sayNames(stickyBy)}` : 'by lot';
          return ask<'chance'>({ type: 'chance', node }, ({ chance }) => take(chance, without));
        };
      },
    };
  },
);
