/** Conditions: the one door to json-rules-engine. Schema, compiled closures, the library beside them, and words. */
import { Engine } from 'json-rules-engine';
import { z } from 'zod';
import { type Fact, type FactValue, findFact } from './facts.ts';
import { nearest } from './nearest.ts';
import { isOperator, OPERATOR_NAMES, type OperatorName, operators, sayValue } from './operators.ts';
import type { Run } from './run.ts';

export interface Leaf {
  readonly fact: string;
  readonly operator: OperatorName;
  readonly value: unknown;
}
export type Condition =
  | Leaf
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

const MAX_DEPTH = 12;
const MAX_LEAVES = 200;

const leafSchemas = OPERATOR_NAMES.map((name) =>
  z.strictObject({ fact: z.string().min(1).max(200), operator: z.literal(name), value: operators[name].value }),
);

const leafSchema = z.discriminatedUnion('operator', leafSchemas as [(typeof leafSchemas)[number]]);

const treeSchema: z.ZodType<Condition> = z.union([
  leafSchema,
  z.strictObject({
    get all() {
      return z.array(treeSchema).min(1);
    },
  }),
  z.strictObject({
    get any() {
      return z.array(treeSchema).min(1);
    },
  }),
  z.strictObject({
    get not() {
      return treeSchema;
    },
  }),
]);

/** What a problem of a condition says, and how to mend it. */
export interface ConditionProblem {
  readonly message: string;
  readonly fix: string;
}

/** Facts that do not exist and operators that do not fit their fact's type. */
export function conditionProblems(condition: Condition): ConditionProblem[] {
  const problems: ConditionProblem[] = [];
  for (const leaf of conditionLeaves(condition)) {
    const fact = findFact(leaf.fact);
    if (!fact) {
      const close = nearest(leaf.fact);
      problems.push({
        message: `There is no fact named “${leaf.fact}”.`,
        fix: close
          ? `Did you mean “${close}”? A tag is written tags.name.`
          : 'Choose one from the list; a tag is written tags.name.',
      });
      continue;
    }
    const fitting = OPERATOR_NAMES.filter((name) => operators[name].types.some((type) => type === fact.type));
    if (!fitting.includes(leaf.operator)) {
      problems.push({
        message: `“${operators[leaf.operator].label}” cannot be asked of ${fact.label}, which is a ${fact.type}.`,
        fix: `Use one of: ${fitting.map((name) => operators[name].label).join(', ')}.`,
      });
    } else if ((leaf.operator === 'equal' || leaf.operator === 'notEqual') && typeof leaf.value !== scalarOf(fact)) {
      problems.push({
        message: `${fact.label} is a ${fact.type}, but it is compared with “${sayValue(leaf.value)}”.`,
        fix: `Compare it with a ${fact.type}, for example ${sayValue(fact.example)}.`,
      });
    } else if (fact.options && (leaf.operator === 'equal' || leaf.operator === 'in')) {
      const values = Array.isArray(leaf.value) ? leaf.value : [leaf.value];
      const strange = values.filter((value) => !fact.options?.includes(String(value)));
      if (strange.length > 0) {
        problems.push({
          message: `${fact.label} is never “${strange.join(', ')}”.`,
          fix: `It can be: ${fact.options.join(', ')}.`,
        });
      }
    }
  }
  return problems;
}

function scalarOf(fact: Fact): 'string' | 'number' | 'boolean' {
  return fact.type === 'number' || fact.type === 'boolean' ? fact.type : 'string';
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  const open: [object, number][] = [[value, 1]];
  while (open.length > 0) {
    const [next, depth] = open.pop()!;
    deepest = Math.max(deepest, depth);
    if (depth > 2 * MAX_DEPTH + 4) return depth;
    for (const child of Object.values(next))
      if (typeof child === 'object' && child !== null) open.push([child, depth + 1]);
  }
  return deepest;
}

/** A condition as documents hold it. Lists are never empty, the right side fits the operator, nothing is passed on unread. */
export const conditionSchema: z.ZodType<Condition> = z
  .unknown()
  .refine(
    (value) => depthOf(value) <= 2 * MAX_DEPTH + 3,
    `A condition can be nested ${MAX_DEPTH} deep; make it flatter.`,
  )
  .pipe(treeSchema)
  .refine(
    (condition) => conditionLeaves(condition).length <= MAX_LEAVES,
    `A condition can have ${MAX_LEAVES} parts; use lists, or several nodes.`,
  )
  .meta({ form: { widget: 'condition' } });

/** The single comparisons of a condition, in reading order. */
export function conditionLeaves(condition: Condition): Leaf[] {
  if ('fact' in condition) return [condition];
  if ('not' in condition) return conditionLeaves(condition.not);
  return ('all' in condition ? condition.all : condition.any).flatMap(conditionLeaves);
}

/** The names of the facts that a condition reads. */
export function conditionFacts(condition: Condition): Set<string> {
  return new Set(conditionLeaves(condition).map((leaf) => leaf.fact));
}

/** The name under which a record keeps the truth of a comparison. */
function leafKey(leaf: Leaf): string {
  return `${leaf.fact} ${leaf.operator} ${JSON.stringify(leaf.value)}`;
}

export type CompiledCondition = (run: Run) => boolean;

/** Builds the closure that decides. Throws when the condition has problems: check before compiling. */
export function compileCondition(condition: Condition): CompiledCondition {
  if ('fact' in condition) return compileLeaf(condition);
  if ('not' in condition) {
    const inner = compileCondition(condition.not);
    return (run) => !inner(run);
  }
  if ('all' in condition) {
    const parts = condition.all.map(compileCondition);
    return (run) => {
      for (const part of parts) if (!part(run)) return false;
      return true;
    };
  }
  const parts = condition.any.map(compileCondition);
  return (run) => {
    for (const part of parts) if (part(run)) return true;
    return false;
  };
}

function compileLeaf(leaf: Leaf): CompiledCondition {
  const fact = findFact(leaf.fact);
  if (!fact) throw new Error(`There is no fact named “${leaf.fact}”.`);
  const { name } = fact;
  const whenMissing = leaf.operator === 'missing';
  const test = operators[leaf.operator].compile(leaf.value);
  const holds = (value: FactValue): boolean => (value === null ? whenMissing : test(value));
  if (fact.type !== 'text') return (run) => holds(run.read(name, false));
  const key = leafKey(leaf);
  return (run) => run.truth(key, () => holds(run.read(name, true)));
}

/** One comparison as the library saw it. */
export interface LeafResult extends Leaf {
  readonly found: FactValue;
  readonly result: boolean;
}

export interface LibraryResult {
  readonly result: boolean;
  readonly leaves: readonly LeafResult[];
}

/**
 * Evaluates a condition with json-rules-engine, every comparison of it, for explanations and to check the closures. Each
 * call makes an engine of its own: one shared between runs skips rules.
 */
export async function evaluateWithLibrary(
  condition: Condition,
  read: (fact: string) => FactValue,
): Promise<LibraryResult> {
  const engine = new Engine([], { allowUndefinedFacts: true, pathResolver: () => undefined });
  const leaves = conditionLeaves(condition);
  // In place of the library's own where that has one of the name, so that only those of our table can run.
  for (const name of new Set(leaves.map((leaf) => leaf.operator))) {
    const { engine: holds } = operators[name];
    engine.addOperator(name, (fact: FactValue, value: unknown) =>
      fact === null ? name === 'missing' : holds(fact, value),
    );
  }
  for (const fact of new Set(leaves.map((leaf) => leaf.fact))) engine.addFact(fact, () => read(fact));
  engine.addRule({
    conditions: { all: [mutable(condition)] },
    event: { type: 'held' },
  });
  const { results, failureResults } = await engine.run();
  const rule = results[0] ?? failureResults[0];
  if (!rule) throw new Error('The rules library gave no result.');
  const seen = collectLeaves(rule.conditions);
  return {
    result: results.length > 0,
    leaves: leaves.map((leaf, i) => ({ found: read(leaf.fact), result: seen[i] ?? false, ...leaf })),
  };
}

/** The library's own result of each comparison, in reading order. */
function collectLeaves(node: unknown): boolean[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('all' in node && Array.isArray(node.all)) return node.all.flatMap(collectLeaves);
  if ('any' in node && Array.isArray(node.any)) return node.any.flatMap(collectLeaves);
  if ('not' in node) return collectLeaves(node.not);
  return ['result' in node && node.result === true];
}

interface LibraryLeaf {
  fact: string;
  operator: string;
  value: unknown;
}
type LibraryCondition =
  | LibraryLeaf
  | { all: LibraryCondition[] }
  | { any: LibraryCondition[] }
  | { not: LibraryCondition };

/** The library writes into the conditions that it is given: it gets a copy. */
function mutable(condition: Condition): LibraryCondition {
  if ('fact' in condition) return { fact: condition.fact, operator: condition.operator, value: condition.value };
  if ('not' in condition) return { not: mutable(condition.not) };
  return 'all' in condition ? { all: condition.all.map(mutable) } : { any: condition.any.map(mutable) };
}

/** A condition in words: "team is one of search, ads and estimated input tokens is more than 2,000". */
export function sayCondition(condition: Condition): string {
  if ('fact' in condition) {
    const label = findFact(condition.fact)?.label ?? condition.fact;
    const operator = operators[condition.operator];
    if (condition.value === true && condition.operator !== 'equal' && condition.operator !== 'notEqual')
      return `${label} ${operator.label}`;
    if (Array.isArray(condition.value) && operator.label.includes('…')) {
      return `${label} ${operator.label.replace('…', sayValue(condition.value[0]))} ${sayValue(condition.value[1])}`;
    }
    return `${label} ${operator.label} ${sayValue(condition.value)}`;
  }
  if ('not' in condition) return `not (${sayCondition(condition.not)})`;
  const [list, word] = 'all' in condition ? [condition.all, ' and '] : [condition.any, ' or '];
  return list
    .map((part) => ('fact' in part || list.length === 1 ? sayCondition(part) : `(${sayCondition(part)})`))
    .join(word);
}

/** Whether every request that meets `inner` also meets `outer`, as far as their shape shows it; false means "cannot tell". */
export function implies(inner: Condition, outer: Condition): boolean {
  if (JSON.stringify(inner) === JSON.stringify(outer)) return true;
  if ('any' in inner) return inner.any.every((part) => implies(part, outer));
  if ('all' in outer) return outer.all.every((part) => implies(inner, part));
  if ('any' in outer) return outer.any.some((part) => implies(inner, part));
  if ('all' in inner) return inner.all.some((part) => implies(part, outer));
  if ('not' in inner || 'not' in outer || inner.fact !== outer.fact) return false;
  return leafImplies(inner, outer);
}

function leafImplies(inner: Leaf, outer: Leaf): boolean {
  if (inner.operator === 'missing') return false;
  if (outer.operator === 'exists') return true;
  if (inner.operator === 'equal') {
    return typeof inner.value === 'boolean' || typeof inner.value === 'string' || typeof inner.value === 'number'
      ? holdsFor(outer, inner.value)
      : false;
  }
  if (inner.operator === 'in' && Array.isArray(inner.value))
    return inner.value.every((value) => holdsFor(outer, String(value)));
  const low = lowest(inner);
  const high = highest(inner);
  const outerLow = lowest(outer);
  const outerHigh = highest(outer);
  if (!low || !high || !outerLow || !outerHigh) return false;
  const lowFits = low.at > outerLow.at || (low.at === outerLow.at && (outerLow.included || !low.included));
  const highFits = high.at < outerHigh.at || (high.at === outerHigh.at && (outerHigh.included || !high.included));
  return lowFits && highFits;
}

function holdsFor(leaf: Leaf, value: string | number | boolean): boolean {
  const fact = findFact(leaf.fact);
  if (!fact || !isOperator(leaf.operator) || !operators[leaf.operator].types.some((type) => type === fact.type))
    return false;
  return leaf.operator !== 'missing' && operators[leaf.operator].compile(leaf.value)(value);
}

interface Bound {
  readonly at: number;
  readonly included: boolean;
}
function lowest(leaf: Leaf): Bound | null {
  if (leaf.operator === 'lessThan' || leaf.operator === 'lessThanInclusive')
    return { at: Number.NEGATIVE_INFINITY, included: true };
  if (leaf.operator === 'between' && Array.isArray(leaf.value)) return { at: Number(leaf.value[0]), included: true };
  if (leaf.operator === 'greaterThan') return { at: Number(leaf.value), included: false };
  return leaf.operator === 'greaterThanInclusive' ? { at: Number(leaf.value), included: true } : null;
}
function highest(leaf: Leaf): Bound | null {
  if (leaf.operator === 'greaterThan' || leaf.operator === 'greaterThanInclusive')
    return { at: Number.POSITIVE_INFINITY, included: true };
  if (leaf.operator === 'between' && Array.isArray(leaf.value)) return { at: Number(leaf.value[1]), included: true };
  if (leaf.operator === 'lessThan') return { at: Number(leaf.value), included: false };
  return leaf.operator === 'lessThanInclusive' ? { at: Number(leaf.value), included: true } : null;
}
