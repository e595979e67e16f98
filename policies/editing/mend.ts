/** Problems that one act mends: the act, and the words on its button. */
import { type CheckContext, checkGraph, type Problem, type ProblemCode } from '../check.ts';
import type { Drawing } from '../graph.ts';
import type { Model } from '../model.ts';
import { mendBudgetForNothing, mendCircle, mendDeadEdges, mendDoubleEdges, mendLoosePort } from './mend-edges.ts';
import { mendDoubleId, mendFact, mendNoStart, mendSecondStart, mendUnreached } from './mend-nodes.ts';
import { mendCondition, mendModel, mendSettings, mendShadowedCase } from './mend-settings.ts';

/** What mending needs to know of the house. */
export interface MendContext extends CheckContext {
  /** Every model that is offered. */
  readonly offered: readonly Model[];
}

/** An act that mends a problem. */
export interface Act {
  /** Words for a button, such as “Connect to a new block node”. */
  readonly label: string;
  /** Does it; gives the very same drawing back where there is nothing to be done any more. */
  readonly apply: <D extends Drawing>(drawing: D) => D;
}

/** A problem that is mended elsewhere: the page to go to. */
export interface Elsewhere {
  readonly label: string;
  readonly go: 'models' | 'budgets';
}

export type Mend = Act | Elsewhere;

/** Acts that may mend a problem, the best one first. */
type Proposal = (problem: Problem, drawing: Drawing, context: MendContext) => Iterable<Mend>;

const toModels: Elsewhere = { label: 'Go to the models', go: 'models' };
const toBudgets: Elsewhere = { label: 'Go to the budgets', go: 'budgets' };

const PROPOSALS: Readonly<Partial<Record<ProblemCode, Proposal>>> = {
  no_request: mendNoStart,
  many_requests: mendSecondStart,
  duplicate_id: mendDoubleId,
  settings: (problem, drawing) => (problem.field === 'budget' ? [toBudgets] : mendSettings(problem, drawing)),
  condition: mendCondition,
  edge_nowhere: mendDeadEdges,
  edge_twice: mendDoubleEdges,
  loose_port: mendLoosePort,
  cycle: mendCircle,
  unreachable: mendUnreached,
  fact_too_early: mendFact,
  unknown_model: (problem, drawing, context) => [...mendModel(problem, drawing, context), toModels],
  unpriced_model: () => [toModels],
  unknown_budget: () => [toBudgets],
  budget_without_model: mendBudgetForNothing,
  shadowed_case: mendShadowedCase,
};

/**
 * What a person can press to mend a problem of this drawing; null when it takes more than one act. Each act is tried on
 * the drawing first: one that leaves the problem there, or makes an error of another sort, is not offered.
 */
export function mendFor(problem: Problem, drawing: Drawing, context: MendContext): Mend | null {
  const shown = checkGraph(drawing.graph, context);
  const before = new Set(shown.map(keyOf));
  // Of very many problems not all are shown, so that nobody can tell which are new.
  const isCrowded = shown.some(({ code }) => code === 'more');
  for (const mend of PROPOSALS[problem.code]?.(problem, drawing, context) ?? []) {
    if ('go' in mend) return mend;
    const after = checkGraph(mend.apply(drawing).graph, context);
    const isThere = after.some((one) => keyOf(one) === keyOf(problem));
    const harm = after.filter((one) => one.severity === 'error' && !before.has(keyOf(one)));
    if (!isThere && (isCrowded || harm.every((one) => !isNew(one, problem, drawing)))) return mend;
  }
  return null;
}

const keyOf = ({ code, node, field }: Problem): string => `${code} ${node} ${field}`;

/** Whether an error that was not shown before was made by mending; some are hidden only as long as the other is there. */
function isNew(error: Problem, mended: Problem, { graph }: Drawing): boolean {
  if (error.code === mended.code || error.code === 'more') return false;
  switch (mended.code) {
    case 'settings':
      return error.node !== mended.node;
    case 'duplicate_id':
      return graph.nodes.some(({ id }) => id === error.node);
    case 'no_request':
      return error.code !== 'unreachable';
    case 'cycle':
      return error.code !== 'fact_too_early';
    default:
      return true;
  }
}
