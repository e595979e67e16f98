/** A policy as a file: readable, the same for the same policy, and with budgets by their names, so that it fits elsewhere. */
import { z } from 'zod';
import { type Graph, type Layout, layoutSchema, parseGraph } from './graph.ts';
import { type PolicyTest, policyTestsSchema } from './policy-test.ts';

/** The schema of the file itself; its graph has a schema of its own. */
const FILE_SCHEMA = 1;

/** Files that are larger are not read: no policy that fits the graph's limits is. */
export const LARGEST_FILE_BYTES = 10 * 1024 * 1024;

export interface PolicyFile {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The published version that the file is a copy of, or was drawn from; null where it came from none. */
  readonly version: number | null;
  readonly graph: Graph;
  readonly layout: Layout;
  readonly tests: readonly PolicyTest[];
}

/** What a file has; what a bare graph does not say is null or empty. */
export interface ReadPolicy {
  readonly name: string | null;
  readonly title: string | null;
  readonly description: string;
  readonly version: number | null;
  readonly graph: Graph;
  readonly layout: Layout;
  readonly tests: PolicyTest[];
}

export type ReadPolicyFile =
  | { readonly ok: true; readonly policy: ReadPolicy }
  /** `why` is a sentence or two: what is wrong, and what to do. */
  | { readonly ok: false; readonly why: string };

/** The value with the keys of all its objects in alphabetical order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

/** Calls budgets otherwise in a graph's settings and in what its tests set; a name that `names` does not have stays. */
export function renameBudgets<T extends { readonly graph: Graph; readonly tests: readonly PolicyTest[] }>(
  policy: T,
  names: ReadonlyMap<string, string>,
): T & { readonly graph: Graph; readonly tests: PolicyTest[] } {
  const nodes = policy.graph.nodes.map((node) => {
    const { budget } = node.settings;
    const name = typeof budget === 'string' ? names.get(budget) : undefined;
    return name === undefined ? node : { ...node, settings: { ...node.settings, budget: name } };
  });
  const tests = policy.tests.map((test) => {
    const budgets = Object.entries(test.outside.budgets).map(
      ([name, state]) => [names.get(name) ?? name, state] as const,
    );
    return { ...test, outside: { ...test.outside, budgets: Object.fromEntries(budgets) } };
  });
  return { ...policy, graph: { ...policy.graph, nodes }, tests };
}

/** The text of a file; `budgetNames` has the names of budgets by id. */
export function writePolicyFile(policy: PolicyFile, budgetNames: ReadonlyMap<string, string>): string {
  const { name, title, description, version, graph, layout, tests } = renameBudgets(policy, budgetNames);
  const document = {
    schema: FILE_SCHEMA,
    name,
    title,
    description,
    version,
    graph: {
      schema: graph.schema,
      nodes: graph.nodes.map(({ id, kind, title: words, note, settings }) => ({
        id,
        kind,
        title: words,
        ...(note === undefined ? {} : { note }),
        settings: ordered(settings),
      })),
      edges: graph.edges.map(({ from, port, to }) => ({ from, port, to })),
    },
    layout: ordered(layout),
    tests: tests.map(({ id, name: words, ...rest }) => ({
      id,
      name: words,
      ...z.looseObject({}).parse(ordered(rest)),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const fileSchema = z.object({
  schema: z.int().min(1),
  name: z.string().max(200).nullable().default(null),
  title: z.string().max(200).nullable().default(null),
  description: z.string().max(2000).default(''),
  version: z.int().min(1).nullable().default(null),
  graph: z.unknown(),
  layout: layoutSchema.default({ positions: {}, stickies: [] }),
  tests: policyTestsSchema.default([]),
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the text of a file that `writePolicyFile` has written, or of a graph alone. Budgets that `budgetIds` (ids by name)
 * knows are called by their ids again; others keep their names, which the check then finds.
 */
export function readPolicyFile(text: string, budgetIds: ReadonlyMap<string, string>): ReadPolicyFile {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const where = error instanceof Error ? ` (${error.message})` : '';
    return {
      ok: false,
      why: `This file is not JSON${where}. Choose a file that was exported from Signalbox, or the JSON of a graph.`,
    };
  }
  if (!isRecord(value) || !('graph' in value || 'nodes' in value)) {
    const why =
      'There is no graph in this file. Choose a file that was exported from Signalbox, or the JSON of a graph.';
    return { ok: false, why };
  }
  const document = 'graph' in value ? { schema: FILE_SCHEMA, ...value } : { schema: FILE_SCHEMA, graph: value };
  if (typeof document.schema === 'number' && document.schema > FILE_SCHEMA) {
    return { ok: false, why: 'This file was written by a newer version of Signalbox. Update Signalbox to open it.' };
  }
  try {
    const { schema: _, graph, ...rest } = fileSchema.parse(document);
    return { ok: true, policy: renameBudgets({ ...rest, graph: parseGraph(graph) }, budgetIds) };
  } catch (error) {
    return { ok: false, why: error instanceof z.ZodError ? sayMisfit(error) : String(error).replace(/^Error: /, '') };
  }
}

/** The first thing that does not fit, in words with its place. */
function sayMisfit(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join(', ') ?? '';
  const rest = error.issues.length > 1 ? ` There are ${error.issues.length - 1} more such places.` : '';
  const at = place === '' ? '' : ` at “${place}”`;
  return `The policy in this file is not in order${at}: ${issue?.message ?? 'it does not fit'}.${rest} Mend the file, or export it again.`;
}
