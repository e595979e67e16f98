/** Tries the conditions of a graph on made-up facts, in closures and in the rules library, before it may be published. */
import type { CompiledGraph } from './compile.ts';
import { type Condition, compileCondition, conditionLeaves, evaluateWithLibrary } from './condition.ts';
import { type FactValue, findFact } from './facts.ts';
import { EMPTY_VIEW } from './request.ts';
import { Run } from './run.ts';

/** A condition on which the two do not agree, and the facts that show it. */
export interface Disagreement {
  readonly node: string;
  readonly port: string;
  readonly facts: Readonly<Record<string, FactValue>>;
}

/** Combinations tried for one condition. */
const MOST_TRIES = 200;

/** Values on both sides of an operand, none at all, and ones of a wrong type. */
function around(operand: unknown): FactValue[] {
  if (Array.isArray(operand)) return operand.flatMap(around);
  if (typeof operand === 'number') return [operand - 1, operand, operand + 1, String(operand)];
  if (typeof operand === 'string')
    return [operand, `${operand}x`, operand.toUpperCase(), operand.slice(1), [operand], 12];
  return [true, false];
}

function candidates(condition: Condition): Map<string, FactValue[]> {
  const byFact = new Map<string, FactValue[]>();
  for (const { fact, value } of conditionLeaves(condition)) {
    const values = byFact.get(fact) ?? [null, '', 0, [], findFact(fact)?.example ?? null];
    byFact.set(fact, [...values, ...around(value)]);
  }
  return byFact;
}

/** Facts for each try: every value of every fact at least once, in combinations that differ from try to try. */
function* tries(condition: Condition): Generator<Record<string, FactValue>> {
  const byFact = [...candidates(condition)];
  const most = Math.min(MOST_TRIES, 3 * Math.max(...byFact.map(([, values]) => values.length)));
  for (let round = 0; round < most; round++) {
    const facts: Record<string, FactValue> = {};
    byFact.forEach(([fact, values], i) => {
      // Steps that differ from fact to fact, so that their values do not move in line.
      facts[fact] = values[(round * (2 * i + 1) + i * i) % values.length] ?? null;
    });
    yield facts;
  }
}

/** The first disagreement of each condition of a graph; none where all is well. */
export async function probe(graph: CompiledGraph): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const node of graph.nodes.values()) {
    for (const { port, condition } of node.conditions) {
      const closure = compileCondition(condition);
      for (const facts of tries(condition)) {
        const read = (fact: string): FactValue => facts[fact] ?? null;
        const source = { read, truth: (_leaf: string, _run: Run, compute: () => boolean) => compute() };
        const run = new Run({ view: EMPTY_VIEW, tags: new Map(), source, now: 0 });
        if (closure(run) === (await evaluateWithLibrary(condition, read)).result) continue;
        found.push({ node: node.id, port, facts });
        break;
      }
    }
  }
  return found;
}
