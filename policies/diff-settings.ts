/** What has changed in the settings of a node, field by field, in words. */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import {
  type BudgetNames,
  entryField,
  entryName,
  fieldsOf,
  isSettings,
  quote,
  type SettingField,
  type Settings,
  sayList,
  saySetting,
  settingField,
} from './setting-words.ts';

export interface SettingChange {
  /** Place in the settings, such as `cases.0.when`; that of the list itself where an entry is gone. */
  readonly field: string;
  /** One sentence that begins with the node. */
  readonly words: string;
}

export interface SettingsContext {
  /** The kind's schema; undefined for a kind that nobody knows. */
  readonly schema: z.core.$ZodType | undefined;
  /** The node as sentences call it. */
  readonly called: string;
  readonly budgets: BudgetNames;
  /** Ports that are called otherwise now, from the old name to the new one: their entries of a list are the same. */
  readonly renamedPorts: ReadonlyMap<string, string>;
}

/** The changes between two settings of one kind. */
export function settingChanges(before: Settings, after: Settings, context: SettingsContext): SettingChange[] {
  const changes: SettingChange[] = [];
  compareFields(context.schema, before, after, { ...context, field: '', changes });
  return changes;
}

/** A place in the settings while they are compared. */
interface Place extends Omit<SettingsContext, 'schema'> {
  readonly field: string;
  /** The node, and the entry of a list where it is in one: `“What for”, case “checkout”`. */
  readonly called: string;
  readonly changes: SettingChange[];
}

/** A value as text, the same for all that are equal. */
export const canonical = (value: unknown): string => canonicalize(value) ?? '';

const within = (place: Place, name: string): Place => ({
  ...place,
  field: place.field === '' ? name : `${place.field}.${name}`,
});

function say(place: Place, words: string): void {
  place.changes.push({ field: place.field, words });
}

/** A value as the gateway reads it: defaults filled in, texts trimmed; as it stands where it does not fit. */
function asRead(schema: z.core.$ZodType | undefined, value: unknown): unknown {
  const parsed = schema && z.safeParse(schema, value);
  return parsed?.success ? parsed.data : value;
}

function compareFields(schema: z.core.$ZodType | undefined, before: Settings, after: Settings, place: Place): void {
  const fields = fieldsOf(schema, after);
  for (const name of new Set([...Object.keys(fields), ...Object.keys(after), ...Object.keys(before)])) {
    const own = Object.hasOwn(fields, name) ? fields[name] : undefined;
    compareValue(settingField(own, name), asRead(own, before[name]), asRead(own, after[name]), within(place, name));
  }
}

function compareValue(field: SettingField, before: unknown, after: unknown, place: Place): void {
  if (canonical(before) === canonical(after)) return;
  const known = place.changes.length;
  if (field.form.widget !== 'condition') {
    if (Array.isArray(before) && Array.isArray(after)) compareLists(field, before, after, place);
    else if (isSettings(before) && isSettings(after)) {
      if (field.schema instanceof z.ZodRecord) compareRecords(field, field.schema, before, after, place);
      else compareFields(field.schema, before, after, place);
    }
  }
  if (place.changes.length === known) say(place, sayChange(field, before, after, place));
}

/** One value in place of another. */
function sayChange(
  field: SettingField,
  before: unknown,
  after: unknown,
  { called, budgets, field: at }: Place,
): string {
  const [was, is] = sayBoth(field, before, after, budgets);
  const isTop = !at.includes('.');
  if (isTop && field.form.widget === 'model') return `${called} now uses ${is} instead of ${was}.`;
  if (isTop && field.form.widget === 'budget') return `${called} now pays from ${is} instead of ${was}.`;
  if (typeof before === 'number' && typeof after === 'number' && !field.form.words) {
    return `${called}: “${field.title}” went from ${was} to ${is}.`;
  }
  return `${called}: “${field.title}” is now ${is} instead of ${was}.`;
}

/** Both values; of long texts the part where they begin to differ. */
function sayBoth(
  field: SettingField,
  before: unknown,
  after: unknown,
  budgets: BudgetNames,
): readonly [string, string] {
  const [was, is] = [saySetting(field, before, budgets), saySetting(field, after, budgets)];
  if (was !== is || typeof before !== 'string' || typeof after !== 'string') return [was, is];
  return quoteBoth(before, after);
}

/** Two texts in quotes, cut so that their first difference is seen. */
export function quoteBoth(before: string, after: string): readonly [string, string] {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return [quote(before, same), quote(after, same)];
}

/** Named values, such as tags. */
function compareRecords(
  field: SettingField,
  schema: z.ZodRecord,
  before: Settings,
  after: Settings,
  place: Place,
): void {
  const { called, budgets } = place;
  const one = settingField(schema.valueType, field.title);
  for (const name of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const at = within(place, name);
    const [was, is] = [saySetting(one, before[name], budgets), saySetting(one, after[name], budgets)];
    if (!Object.hasOwn(before, name)) say(at, `${called}: “${field.title}” has ${quote(name)} too now: ${is}.`);
    else if (!Object.hasOwn(after, name))
      say(place, `${called}: “${field.title}” no longer has ${quote(name)}: ${was}.`);
    else if (canonical(before[name]) !== canonical(after[name]))
      say(at, `${called}: in “${field.title}”, ${quote(name)} is now ${is} instead of ${was}.`);
  }
}

const NO_RENAMES: ReadonlyMap<string, string> = new Map();

interface Entry {
  readonly value: Settings;
  readonly index: number;
  readonly words: string;
}

/** The entries of a list by what tells them apart, ports by their new names; null where something does not. */
function entriesOf(
  field: SettingField,
  list: readonly unknown[],
  budgets: BudgetNames,
  renamedPorts: ReadonlyMap<string, string>,
): Map<string, Entry> | null {
  const entries = new Map<string, Entry>();
  for (const [index, value] of list.entries()) {
    if (!isSettings(value)) return null;
    const { key, words } = entryName(field, value, budgets);
    const own = String(value[key]);
    const identity = `${key} ${key === 'port' ? (renamedPorts.get(own) ?? own) : own}`;
    if (key === '' || entries.has(identity)) return null;
    entries.set(identity, { value, index, words });
  }
  return entries;
}

function compareLists(field: SettingField, before: readonly unknown[], after: readonly unknown[], place: Place): void {
  const one = entryField(field);
  const was = entriesOf(one, before, place.budgets, place.renamedPorts);
  const is = entriesOf(one, after, place.budgets, NO_RENAMES);
  if (was && is) compareEntries(field, was, is, place);
  else compareSets(field, before, after, place);
}

type Entries = ReadonlyMap<string, Entry>;

function compareEntries(field: SettingField, was: Entries, is: Entries, place: Place): void {
  const { called, budgets } = place;
  const one = entryField(field);
  const noun = field.form.entry ?? 'entry';
  for (const [identity, { index, value, words }] of is) {
    const old = was.get(identity);
    const at = within(place, String(index));
    if (old) compareFields(one.schema, old.value, value, { ...at, called: `${called}, ${noun} ${words}` });
    else say(at, `${called} has a new ${noun}: ${saySetting(one, value, budgets)}.`);
  }
  for (const [identity, { value }] of was) {
    if (!is.has(identity)) say(place, `${called} no longer has the ${noun} ${saySetting(one, value, budgets)}.`);
  }
  const order = [...was.keys()].filter((identity) => is.has(identity));
  const kept = [...is].filter(([identity]) => was.has(identity));
  if (kept.some(([identity], i) => identity !== order[i])) {
    const names = sayList(kept.map(([, { words }]) => words));
    say(place, `${called}: the order in “${field.title}” is now ${names}.`);
  }
}

/** Plain values: what came, what is gone; the whole list where only its order is new. */
function compareSets(field: SettingField, before: readonly unknown[], after: readonly unknown[], place: Place): void {
  const { called, budgets } = place;
  const known = (list: readonly unknown[]): Set<string> => new Set(list.map(canonical));
  const [was, is] = [known(before), known(after)];
  const sayAll = (list: readonly unknown[]): string =>
    sayList(list.map((value) => saySetting(entryField(field), value, budgets)));
  const come = after.filter((value) => !was.has(canonical(value)));
  const gone = before.filter((value) => !is.has(canonical(value)));
  const rest = before.filter((value) => is.has(canonical(value))).map(canonical);
  const isReordered = after
    .filter((value) => was.has(canonical(value)))
    .some((value, i) => canonical(value) !== rest[i]);
  const isReplaced = come.length === after.length || gone.length === before.length;
  const more = come.length > 0 ? ` also has ${sayAll(come)}` : '';
  const less = gone.length > 0 ? ` no longer has ${sayAll(gone)}` : '';
  if (isReordered || isReplaced || more + less === '') {
    say(place, `${called}: “${field.title}” is now ${sayAll(after)} instead of ${sayAll(before)}.`);
  } else say(place, `${called}: “${field.title}” now${more}${more && less ? ' and' : ''}${less}.`);
}
