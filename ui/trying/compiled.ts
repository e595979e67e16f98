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

interface Known {
  readonly context: CheckContext;
  readonly before: Graph | null;
  readonly compiled: Compiled;
}

/** What was compiled last of a drawing, alone and behind another one. */
const known = new WeakMap<Graph, { readonly alone?: Known; readonly behind?: Known }>();

/** Compiles a drawing, behind `before` where it is given, once for all who ask for the same one in the same house. */
export function compiledOf(graph: Graph, context: CheckContext, before: Graph | null = null): Compiled {
  const last = known.get(graph);
  const which = before === null ? 'alone' : 'behind';
  const same = last?.[which];
  if (same?.context === context && same.before === before) return same.compiled;
  const compiled = compile(graph, context, before);
  known.set(graph, { ...last, [which]: { context, before, compiled } });
  return compiled;
}

function compile(graph: Graph, context: CheckContext, before: Graph | null): Compiled {
  try {
    return { ok: true, graph: compileGraph(graph, context.versions, before) };
  } catch (error) {
    const problems = checkGraph(graph, context).filter(
      ({ code, severity }) => severity === 'error' && STOPPING.has(code),
    );
    const message = problems[0]?.message ?? (error instanceof Error ? error.message : String(error));
    return { ok: false, inTheWay: { problems, message } };
  }
}
