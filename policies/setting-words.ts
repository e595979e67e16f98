/** Values of settings as people write them, by what the kinds' schemas say of each field. */
import { z } from 'zod';
import { conditionSchema, sayCondition } from './condition.ts';
import type { FormHint } from './kinds/kind.ts';
import { dollars } from './price.ts';
import { sayDuration } from './say-duration.ts';

type Schema = z.core.$ZodType;

/** A field's schema without what makes it optional, and what a form would show of it. */
export interface SettingField {
  /** Undefined where no schema knows the field. */
  readonly schema: Schema | undefined;
  readonly title: string;
  readonly form: FormHint;
}

/** Only `field` and its like write this entry, and they take nothing but form hints. */
export const isFormHint = (value: unknown): value is FormHint => isSettings(value);

/** Reads a field's schema; `name` gives the title where the schema has none: `maxOutputTokens` is “max output tokens”. */
export function settingField(schema: Schema | undefined, name: string): SettingField {
  let title: string | undefined;
  let form: FormHint = {};
  let inner = schema;
  while (inner) {
    const meta = inner instanceof z.ZodType ? inner.meta() : undefined;
    title ??= meta?.title;
    if (isFormHint(meta?.form)) form = { ...meta.form, ...form };
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) inner = inner.unwrap();
    else if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) inner = inner.unwrap();
    else break;
  }
  return { schema: inner, title: title ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), form };
}

export type Settings = Readonly<Record<string, unknown>>;

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an object's schema, of the option that fits where there are several; `value` may be incomplete. */
export function fieldsOf(schema: Schema | undefined, value: unknown): Readonly<Record<string, Schema>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (!(schema instanceof z.ZodUnion)) return {};
  const names = isSettings(value) ? Object.keys(value) : [];
  let best: Readonly<Record<string, Schema>> = {};
  let most = -1;
  for (const option of schema.options) {
    if (!(option instanceof z.ZodObject)) continue;
    const shape: Readonly<Record<string, Schema>> = option.shape;
    const fitting = names.filter((name) => Object.hasOwn(shape, name)).length;
    if (fitting > most) [best, most] = [shape, fitting];
  }
  return best;
}

const LONGEST_TEXT = 60;
const MOST_LISTED = 5;

/** A text in quotes, from `start` on, cut where it is long. */
export function quote(text: string, start = 0): string {
  const from = start > LONGEST_TEXT / 2 ? start - LONGEST_TEXT / 4 : 0;
  const characters = [...text.slice(from, from + 2 * LONGEST_TEXT + 2)];
  const isCut = characters.length > LONGEST_TEXT;
  const shown = isCut ? characters.slice(0, LONGEST_TEXT - 1).join('') : characters.join('');
  return `“${from > 0 ? '…' : ''}${shown}${isCut ? '…' : ''}”`;
}

const sayNumber = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });

/** The names of budgets by their ids, since settings hold ids. */
export type BudgetNames = ReadonlyMap<string, string>;

/** A value of a field in words, such as “80 %”, “2 minutes” or “tag feature is checkout”. */
export function saySetting(field: SettingField, value: unknown, budgets: BudgetNames): string {
  const { form, schema } = field;
  if (value === undefined || value === null || value === '') return form.empty ?? 'nothing';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' || typeof value === 'string') {
    const words = form.words?.[String(value)];
    if (words !== undefined) return quote(words);
  }
  if (form.widget === 'condition') {
    const condition = conditionSchema.safeParse(value);
    return condition.success ? quote(sayCondition(condition.data)) : 'a condition that is not complete';
  }
  if (typeof value === 'number') return sayAmount(form, value);
  if (typeof value === 'string') {
    if (form.widget === 'model') return value === 'asked' ? 'the model that the app asks for' : value;
    return quote(form.widget === 'budget' || form.widget === 'policy' ? (budgets.get(value) ?? value) : value);
  }
  if (Array.isArray(value)) return sayList(value.map((one) => saySetting(entryField(field), one, budgets)));
  if (!isSettings(value)) return quote(String(value));
  const fields = fieldsOf(schema, value);
  const { key, words } = entryName(field, value, budgets);
  const rest = Object.entries(value)
    .filter(([name, one]) => name !== key && name !== 'label' && one !== undefined)
    .map(([name, one]) => saySetting(settingField(fields[name], name), one, budgets));
  return rest.length === 0 ? words : `${words} (${rest.join(', ')})`;
}

function sayAmount({ widget, unit }: FormHint, value: number): string {
  if (widget === 'money') return dollars(value);
  if (widget === 'percentage') return `${sayNumber(Math.round(value * 1e6) / 1e4)} %`;
  if (widget === 'duration') return sayDuration(value, unit);
  return unit === undefined ? sayNumber(value) : `${sayNumber(value)} ${unit}`;
}

/** The field of one entry of a list. */
export function entryField({ schema }: SettingField): SettingField {
  return settingField(schema instanceof z.ZodArray ? schema.element : undefined, 'entry');
}

/** The first few of a list: “a, b, c and 3 more”. */
export function sayList(items: readonly string[]): string {
  if (items.length === 0) return 'nothing';
  const more = items.length - MOST_LISTED;
  return more <= 0 ? items.join(', ') : `${items.slice(0, MOST_LISTED).join(', ')} and ${more} more`;
}

/** The key that tells an entry from its neighbours, and what people call it: its label, else its first text. */
export function entryName(
  field: SettingField,
  entry: Settings,
  budgets: BudgetNames,
): { readonly key: string; readonly words: string } {
  const fields = fieldsOf(field.schema, entry);
  const names = [...Object.keys(fields), ...Object.keys(entry)];
  const key = names.find((name) => typeof entry[name] === 'string') ?? '';
  const { label } = entry;
  if (typeof label === 'string' && label !== '') return { key, words: quote(label) };
  return { key, words: saySetting(settingField(fields[key], key), entry[key], budgets) };
}
