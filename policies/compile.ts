/** From a drawing to something that runs: nodes bound to their kinds and linked, once per version. */
import type { Graph } from './graph.ts';
import { kinds } from './kinds/index.ts';
import type { BoundNode, ConditionUse, Kind, Program } from './kinds/kind.ts';
import { INTO } from './kinds/policy/policy.ts';
import { enterPolicy, NO_VERSIONS, type VersionLookup, type Way } from './pinned.ts';

export interface CompiledNode {
  /** Its id on the drawing; within another policy, behind the ids of the nodes that lead there: `shared/sort`. */
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly program: Program;
  readonly conditions: readonly ConditionUse[];
  /** Where each port leads; a port without an edge is not in it. */
  readonly next: ReadonlyMap<string, CompiledNode>;
}

export interface CompiledGraph {
  readonly start: CompiledNode;
  readonly nodes: ReadonlyMap<string, CompiledNode>;
}

/** The kind of that name; undefined when there is none. */
export function findKind(name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? (kinds as Record<string, Kind>)[name] : undefined;
}

/**
 * Models that can be reached from a node, by node id; every node is visited once. `within` says which a version of another
 * policy can reach.
 */
export function reachableModels(
  graph: Graph,
  bound: ReadonlyMap<string, BoundNode>,
  within: (continues: NonNullable<BoundNode['continues']>) => readonly string[],
): (node: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const next = new Map<string, string[]>();
  for (const edge of graph.edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const visit = (node: string, way: Set<string>): readonly string[] => {
    const done = known.get(node);
    if (done) return done;
    if (way.has(node)) return [];
    way.add(node);
    const { models: own, continues } = bound.get(node) ?? {};
    const models = new Set([...(own ?? []), ...(continues ? within(continues) : [])]);
    for (const to of next.get(node) ?? []) for (const model of visit(to, way)) models.add(model);
    way.delete(node);
    const all = [...models];
    known.set(node, all);
    return all;
  };
  return (node) => visit(node, new Set());
}

/** Models that a request can reach from the entrance of a version; none where it cannot be entered. */
export function modelsWithin(
  continues: NonNullable<BoundNode['continues']>,
  versions: VersionLookup,
  way: Way = [],
): readonly string[] {
  const entered = enterPolicy(continues, versions, way);
  if (!entered.ok) return [];
  const { graph } = entered.version;
  const bound = new Map<string, BoundNode>();
  for (const node of graph.nodes) {
    const result = findKind(node.kind)?.bind(node.settings);
    if (result?.ok) bound.set(node.id, result.node);
  }
  const start = graph.nodes.find((node) => node.kind === 'request');
  const models = reachableModels(graph, bound, (inner) => modelsWithin(inner, versions, entered.way));
  return start ? models(start.id) : [];
}

/**
 * Compiles a graph that has passed the check; `versions` finds those of other policies that it goes on in. Throws an error in
 * words when it has not: an unknown kind, settings that do not fit, a missing or second request node, an edge to nowhere, a
 * cycle, another policy that is not there.
 */
export function compileGraph(graph: Graph, versions: VersionLookup = NO_VERSIONS): CompiledGraph {
  const nodes = new Map<string, CompiledNode>();
  return { start: compileInto(nodes, graph, '', versions, []), nodes };
}

/** Compiles a graph, its nodes under a prefix, and gives its entrance. */
function compileInto(
  nodes: Map<string, CompiledNode>,
  graph: Graph,
  prefix: string,
  versions: VersionLookup,
  entered: Way,
): CompiledNode {
  const bound = new Map<string, BoundNode>();
  for (const node of graph.nodes) {
    const result = findKind(node.kind)?.bind(node.settings);
    if (!result) throw new Error(`Node “${node.title || node.id}” has an unknown kind “${node.kind}”.`);
    if (!result.ok)
      throw new Error(
        `The settings of “${node.title || node.id}” do not fit: ${result.error.issues[0]?.message ?? 'invalid'}`,
      );
    if (bound.has(node.id)) throw new Error(`Two nodes have the id “${node.id}”.`);
    bound.set(node.id, result.node);
  }
  const models = reachableModels(graph, bound, (continues) => modelsWithin(continues, versions, entered));
  const target = new Map<string, string>();
  for (const edge of graph.edges) {
    const key = `${edge.from}\n${edge.port}`;
    if (target.has(key)) throw new Error(`Two edges leave port “${edge.port}” of “${edge.from}”.`);
    target.set(key, edge.to);
  }

  const build = (id: string, way: readonly string[]): CompiledNode => {
    const done = nodes.get(prefix + id);
    if (done) return done;
    if (way.includes(id))
      throw new Error(`The way goes in a circle: ${[...way.slice(way.indexOf(id)), id].join(' → ')}.`);
    const source = graph.nodes.find((node) => node.id === id);
    const node = bound.get(id);
    if (!source || !node) throw new Error(`An edge leads to “${id}”, which does not exist.`);
    const next = new Map<string, CompiledNode>();
    for (const port of node.ports) {
      const to = target.get(`${id}\n${port.name}`);
      if (to !== undefined) next.set(port.name, build(to, [...way, id]));
    }
    if (node.continues) {
      const other = enterPolicy(node.continues, versions, entered);
      if (!other.ok) throw new Error(`“${source.title || id}” cannot go on: ${other.why}`);
      next.set(INTO, compileInto(nodes, other.version.graph, `${prefix}${id}/`, versions, other.way));
    }
    const compiled: CompiledNode = {
      id: prefix + id,
      kind: source.kind,
      title: source.title || id,
      program: node.compile({
        node: prefix + id,
        modelsFrom: (port) => {
          const to = target.get(`${id}\n${port}`);
          return to === undefined ? [] : models(to);
        },
      }),
      conditions: node.conditions ?? [],
      next,
    };
    nodes.set(compiled.id, compiled);
    return compiled;
  };

  const starts = graph.nodes.filter((node) => node.kind === 'request');
  const [start] = starts;
  if (!start || starts.length > 1)
    throw new Error('A policy has exactly one request node, where every request enters.');
  return build(start.id, []);
}
