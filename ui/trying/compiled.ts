/** A drawing as something that runs, or what stands in the way of that. */
import { type CheckContext, checkGraph, type Problem, type ProblemCode } from '../../policies/check.ts';
import { type CompiledGraph, compileGraph } from '../../policies/compile.ts';
import type { Graph } from '../../policies/graph.ts';

/** Why a drawing cannot run. */
export interface InTheWay {
  readonly problems: readonly Problem[];
  /** The first of it in one sentence. */
  readonly message: string;
}

export type Compiled =
  | { readonly ok: true; readonly graph: CompiledGraph }
  | { readonly ok: false; readonly inTheWay: InTheWay };

/** Problems with which nothing runs; with others, such as a port that leads nowhere, requests come as far as they can. */
const STOPPING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'no_request',
  'many_requests',
  'duplicate_id',
  'unknown_kind',
  'settings',
  'condition',
  'edge_nowhere',
  'edge_twice',
  'cycle',
  'policy_not_entered',
]);

const known = new WeakMap<Graph, { readonly context: CheckContext; readonly compiled: Compiled }>();

/** Compiles a drawing, once for all who ask for the same one in the same house. */
export function compiledOf(graph: Graph, context: CheckContext): Compiled {
  const before = known.get(graph);
  if (before?.context === context) return before.compiled;
  const compiled = compile(graph, context);
  known.set(graph, { context, compiled });
  return compiled;
}

function compile(graph: Graph, context: CheckContext): Compiled {
  try {
    return { ok: true, graph: compileGraph(graph, context.versions) };
  } catch (error) {
    const problems = checkGraph(graph, context).filter(
      ({ code, severity }) => severity === 'error' && STOPPING.has(code),
    );
    const message = problems[0]?.message ?? (error instanceof Error ? error.message : String(error));
    return { ok: false, inTheWay: { problems, message } };
  }
}
