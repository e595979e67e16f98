/** What a form has to show for a schema: read from the schema itself, so that a new kind of node needs no form of its own. */
import { z } from 'zod';
import type { FormHint } from '../../policies/kinds/kind.ts';

/** The type of a value, as far as forms tell them apart. `other` can only be written as a definition. */
export type Shape =
  | { readonly type: 'group'; readonly fields: readonly Field[] }
  | { readonly type: 'variants'; readonly variants: readonly Variant[] }
  | { readonly type: 'list'; readonly item: Slot }
  | { readonly type: 'entries'; readonly value: Slot }
  | { readonly type: 'choice'; readonly values: readonly (string | number)[] }
  | { readonly type: 'text' }
  | { readonly type: 'number' }
  | { readonly type: 'yes or no' }
  | { readonly type: 'other' };

/** A place in a form: its shape, its words, and what it means to leave it empty. */
export interface Slot {
  readonly schema: z.core.$ZodType;
  readonly shape: Shape;
  readonly title: string;
  readonly help: string;
  readonly hint: FormHint;
  readonly mayBeAbsent: boolean;
  readonly mayBeNull: boolean;
  /** What holds when nothing is set. */
  readonly fallback: unknown;
}

export interface Field extends Slot {
  readonly name: string;
}

/** One of several sorts of groups that a value can be. */
export interface Variant {
  readonly title: string;
  readonly slot: Slot;
}

/** Deeper than any form should go; a schema that contains itself ends here. */
const DEEPEST = 8;

const slots = new WeakMap<z.core.$ZodType, Slot>();

/** The form of a schema. The same schema gives the very same object. */
export function slotOf(schema: z.core.$ZodType): Slot {
  const known = slots.get(schema);
  if (known) return known;
  const slot = read(schema, 0);
  slots.set(schema, slot);
  return slot;
}

function read(outer: z.core.$ZodType, depth: number): Slot {
  const words: Pick<Slot, 'title' | 'help' | 'hint'>[] = [];
  let mayBeAbsent = false;
  let mayBeNull = false;
  let fallback: unknown;
  let schema: z.core.$ZodType = outer;
  for (;;) {
    const meta = z.globalRegistry.get(schema);
    if (meta) words.push({ title: meta.title ?? '', help: meta.description ?? '', hint: meta.form ?? {} });
    const { def } = (schema as z.core.$ZodTypes)._zod;
    if (def.type === 'optional') mayBeAbsent = true;
    else if (def.type === 'nullable') mayBeNull = true;
    else if (def.type === 'default' || def.type === 'prefault') fallback ??= def.defaultValue;
    else if (def.type !== 'nonoptional' && def.type !== 'readonly' && def.type !== 'catch') break;
    schema = def.innerType;
  }
  const hint = Object.assign({}, ...words.map((one) => one.hint).reverse());
  const title = words.find((one) => one.title !== '')?.title ?? '';
  const help = words.find((one) => one.help !== '')?.help ?? '';
  const shape: Shape = hint.widget === 'condition' ? { type: 'other' } : shapeOf(schema, depth);
  return { schema: outer, shape, title, help, hint, mayBeAbsent, mayBeNull, fallback };
}

function shapeOf(schema: z.core.$ZodType, depth: number): Shape {
  if (depth > DEEPEST) return { type: 'other' };
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const fields = Object.entries(def.shape).map(([name, one]): Field => {
        const slot = read(one, depth + 1);
        return { ...slot, name, title: slot.title === '' ? spoken(name) : slot.title };
      });
      return { type: 'group', fields };
    }
    case 'array':
      return { type: 'list', item: read(def.element, depth + 1) };
    case 'record':
      return { type: 'entries', value: read(def.valueType, depth + 1) };
    case 'enum':
      return { type: 'choice', values: Object.values(def.entries) };
    case 'literal': {
      const values = def.values.filter((value) => typeof value === 'string' || typeof value === 'number');
      return values.length === def.values.length ? { type: 'choice', values } : { type: 'other' };
    }
    case 'union':
      return unionOf(def.options, depth);
    case 'string':
      return { type: 'text' };
    case 'number':
      return { type: 'number' };
    case 'boolean':
      return { type: 'yes or no' };
    case 'lazy':
      return shapeOf(def.getter(), depth + 1);
    default:
      return { type: 'other' };
  }
}

function unionOf(options: readonly z.core.$ZodType[], depth: number): Shape {
  const all = options.map((option) => read(option, depth + 1));
  const choices = all.flatMap(({ shape }) => (shape.type === 'choice' ? shape.values : []));
  if (all.every(({ shape }) => shape.type === 'choice')) return { type: 'choice', values: choices };
  if (!all.every(({ shape }) => shape.type === 'group')) return { type: 'other' };
  const variants = all.map((slot, i): Variant => ({ title: slot.title || titleOf(slot, i), slot }));
  return { type: 'variants', variants };
}

/** A sort of group without a title: by the value that only it has, else by its fields. */
function titleOf({ shape }: Slot, index: number): string {
  if (shape.type !== 'group') return `Sort ${index + 1}`;
  const fixed = shape.fields.find((field) => field.shape.type === 'choice' && field.shape.values.length === 1);
  if (fixed?.shape.type === 'choice') return spoken(String(fixed.shape.values[0]));
  return shape.fields.map(({ title }) => title).join(', ');
}

/** A name from a program as words: "maxTokens" and "max_tokens" become "Max tokens". */
export function spoken(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a value is a group of settings. */
export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The sort of group that a value is: one that it fits, else the one that it is most like. */
export function variantOf(variants: readonly Variant[], value: unknown): number {
  const fits = variants.findIndex(({ slot }) => z.safeParse(slot.schema, value).success);
  if (fits !== -1 || !isGroup(value)) return Math.max(0, fits);
  const likeness = variants.map(({ slot: { shape } }) => {
    if (shape.type !== 'group') return Number.NEGATIVE_INFINITY;
    const own = shape.fields.filter(({ name }) => Object.hasOwn(value, name));
    const wrong = own.filter((field) => isFixed(field) && !isOneOf(field.shape, value[field.name]));
    return own.length * 2 - shape.fields.length - 10 * wrong.length;
  });
  return likeness.indexOf(Math.max(...likeness));
}

const isOneOf = (shape: Shape, value: unknown): boolean =>
  shape.type === 'choice' && shape.values.some((one) => one === value);

/** Whether a field can only have one value, so that there is nothing to show. */
export const isFixed = ({ shape }: Slot): boolean => shape.type === 'choice' && shape.values.length === 1;
