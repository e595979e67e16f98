/** A condition as a builder shows it: comparisons in groups. What it cannot show stays as it is, as a rule of its own. */
import { type Fact, findFact } from '../../policies/facts.ts';
import { isOperator, type OperatorName } from '../../policies/operators.ts';
import { isGroup } from './shape.ts';

/** How the parts of a group are taken together. */
export const GROUPINGS = ['all', 'any', 'none', 'not all'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Comparison {
  readonly type: 'comparison';
  readonly fact: Fact;
  readonly operator: OperatorName;
  /** As it is in the document; it may not fit the operator yet. */
  readonly value: unknown;
}

export interface PartGroup {
  readonly type: 'group';
  readonly grouping: Grouping;
  /** Conditions as they are in the document. */
  readonly parts: readonly unknown[];
  /** Whether the one part of a "none of" stands right behind the "not", without a list around it. */
  readonly bare: boolean;
}

export interface CustomRule {
  readonly type: 'custom';
  /** Why the builder does not show it. */
  readonly why: string;
}

export type Part = Comparison | PartGroup | CustomRule;

/** Groups within groups that are drawn; what is deeper is shown in words. */
export const DEEPEST_GROUP = 4;

const custom = (why: string): CustomRule => ({ type: 'custom', why });

const hasOnly = (value: Readonly<Record<string, unknown>>, ...names: string[]): boolean => {
  const own = Object.keys(value);
  return own.length === names.length && names.every((name) => Object.hasOwn(value, name));
};

/** What a builder shows for a piece of a document, at that depth of groups. */
export function readPart(raw: unknown, depth = 0): Part {
  if (!isGroup(raw)) return custom('This is no condition.');
  if (hasOnly(raw, 'fact', 'operator', 'value')) return readComparison(raw);
  const group = readGroup(raw);
  if (!group) return custom('It is written in a way that this form does not know.');
  return group.type === 'group' && depth >= DEEPEST_GROUP ? custom('It is nested deeper than this form draws.') : group;
}

function readComparison({ fact: name, operator, value }: Readonly<Record<string, unknown>>): Part {
  const fact = typeof name === 'string' ? findFact(name) : undefined;
  if (!fact) return custom(`There is no fact named “${String(name)}”.`);
  if (typeof operator !== 'string' || !isOperator(operator)) {
    return custom(`There is no comparison named “${String(operator)}”.`);
  }
  const simple = (one: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof one);
  if (!simple(value) && !(Array.isArray(value) && value.every(simple))) {
    return custom('What it compares with is no text, number or list.');
  }
  return { type: 'comparison', fact, operator, value };
}

function readGroup(raw: Readonly<Record<string, unknown>>): PartGroup | CustomRule | null {
  const parts = listOf(raw);
  if (parts) return { type: 'group', ...parts, bare: false };
  if (!hasOnly(raw, 'not') || !isGroup(raw.not)) return null;
  const inner = listOf(raw.not);
  if (inner)
    return { type: 'group', grouping: inner.grouping === 'any' ? 'none' : 'not all', parts: inner.parts, bare: false };
  if (hasOnly(raw.not, 'not')) return custom('It says “not” twice.');
  return { type: 'group', grouping: 'none', parts: [raw.not], bare: true };
}

function listOf(raw: Readonly<Record<string, unknown>>): Pick<PartGroup, 'grouping' | 'parts'> | null {
  for (const grouping of ['all', 'any'] as const) {
    const parts = raw[grouping];
    if (hasOnly(raw, grouping) && Array.isArray(parts)) return { grouping, parts };
  }
  return null;
}

/** The document of a part that the builder shows. */
export function writePart(part: Comparison | PartGroup): unknown {
  if (part.type === 'comparison') return { fact: part.fact.name, operator: part.operator, value: part.value };
  const { grouping, parts } = part;
  if (grouping === 'all') return { all: parts };
  if (grouping === 'any') return { any: parts };
  if (grouping === 'not all') return { not: { all: parts } };
  const [only] = parts;
  // A list around it would be needed only by another list.
  const isBare = part.bare && parts.length === 1 && isGroup(only) && Object.hasOwn(only, 'fact');
  return { not: isBare ? only : { any: parts } };
}
