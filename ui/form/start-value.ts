/** Values that a form begins with, for what a person has just added. */
import { z } from 'zod';
import { freeName } from './names.ts';
import { type Field, isGroup, type Slot, type Variant } from './shape.ts';

/** A first value of a slot: its fallback, nothing where it may be left out, else the least that its type allows. */
export function startValue(slot: Slot, besides: readonly unknown[] = []): unknown {
  const { shape, hint, schema } = slot;
  if (slot.fallback !== undefined) return slot.fallback;
  if (slot.mayBeAbsent) return undefined;
  if (slot.mayBeNull) return null;
  if (hint.widget === 'condition') return { fact: 'team', operator: 'exists', value: true };
  if (hint.widget === 'model') return 'asked';
  if (hint.widget === 'timezone') return 'UTC';
  switch (shape.type) {
    case 'group': {
      const fields = shape.fields.map((field) => {
        if (field.hint.widget !== 'name') return [field.name, startValue(field)] as const;
        const taken = besides.map((one) => (isGroup(one) ? one[field.name] : undefined));
        const made = field.hint.madeFrom === undefined ? undefined : '';
        return [field.name, freeName(made ?? 'finding', field.schema, taken)] as const;
      });
      return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
    }
    case 'variants': {
      const [first] = shape.variants;
      return first && startValue(first.slot, besides);
    }
    case 'list':
      return z.safeParse(schema, []).success ? [] : [startValue(shape.item)];
    case 'entries':
      return {};
    case 'choice':
      return shape.values.find((value) => !besides.includes(value)) ?? shape.values[0];
    case 'number':
      return [0, 1].find((one) => z.safeParse(schema, one).success) ?? 1;
    case 'yes or no':
      return false;
    default:
      return '';
  }
}

/** A value turned from one sort of group into another; what means the same in both stays. */
export function turnedInto(
  from: Variant | undefined,
  to: Variant,
  value: unknown,
  besides: readonly unknown[],
): unknown {
  const start = startValue(to.slot, besides);
  if (!isGroup(start) || !isGroup(value)) return start;
  const before = fieldsOf(from);
  const shared = fieldsOf(to).filter((field) => {
    const old = before.find(({ name }) => name === field.name);
    const isSame = old?.hint.widget === field.hint.widget && old?.hint.unit === field.hint.unit;
    return isSame && fits(field, value[field.name]);
  });
  return { ...start, ...Object.fromEntries(shared.map(({ name }) => [name, value[name]])) };
}

const fieldsOf = (variant: Variant | undefined): readonly Field[] =>
  variant?.slot.shape.type === 'group' ? variant.slot.shape.fields : [];

const fits = ({ schema }: Slot, value: unknown): boolean => value !== undefined && z.safeParse(schema, value).success;
