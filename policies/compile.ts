/** From a drawing to something that runs: nodes bound to their kinds and linked, once per version. */
import type { Graph } from './graph.ts';
import { kinds } from './kinds/index.ts';
import type { BoundNode, ConditionUse, Kind, Program } from './kinds/kind.ts';
import { INTO } from './kinds/policy/policy.ts';
import { MANDATORY } from './mandatory.ts';
import { enterPolicy, NO_VERSIONS, type VersionLookup, type Way } from './pinned.ts';

export interface CompiledNode {
  /**
   * Its id on the drawing; within another policy, behind the ids of the nodes that lead there: `shared/sort`; in the
   * organisation's own policy, behind `MANDATORY`.
   */
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
 * policy can reach; `project` are those of the policy of the project: where that is not known, the one asked for stands for them.
 */
export function reachableModels(
  graph: Graph,
  bound: ReadonlyMap<string, BoundNode>,
  within: (continues: NonNullable<BoundNode['continues']>) => readonly string[],
  project: readonly string[] = ['asked'],
): (node: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const next = new Map<string, string[]>();
  for (const edge of graph.edges) next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]);
  const visit = (node: string, way: Set<string>): readonly string[] => {
    const done = known.get(node);
    if (done) return done;
    if (way.has(node)) return [];
    way.add(node);
    const { models: own, continues, leavesToProject } = bound.get(node) ?? {};
    const models = new Set([
      ...(own ?? []),
      ...(continues ? within(continues) : []),
      ...(leavesToProject ? project : []),
    ]);
    for (const to of next.get(node) ?? []) for (const model of visit(to, way)) models.add(model);
    way.delete(node);
    const all = [...models];
    known.set(node, all);
    return all;
  };
  return (node) => visit(node, new Set());
}

/** The nodes of a graph whose settings fit, by their ids. */
export function boundNodes(graph: Graph): Map<string, BoundNode> {
  const bound = new Map<string, BoundNode>();
  for (const { id, kind, settings } of graph.nodes) {
    const result = findKind(kind)?.bind(settings);
    if (result?.ok) bound.set(id, result.node);
  }
  return bound;
}

/** Models that a request can reach from the entrance of a version; none where it cannot be entered. */
export function modelsWithin(
  continues: NonNullable<BoundNode['continues']>,
  versions: VersionLookup,
  way: Way = [],
): readonly string[] {
  const entered = enterPolicy(continues, versions, way);
  return entered.ok ? modelsOf(entered.version.graph, versions, entered.way) : [];
}

/** Models that a request can reach from the entrance of a graph, "asked" included; settings that do not fit lead to none. */
export function modelsOf(graph: Graph, versions: VersionLookup, way: Way = []): readonly string[] {
  const bound = boundNodes(graph);
  const start = graph.nodes.find((node) => node.kind === 'request');
  const models = reachableModels(graph, bound, (inner) => modelsWithin(inner, versions, way));
  return start ? models(start.id) : [];
}

/**
 * Compiles a graph that has passed the check; `versions` finds those of other policies that it goes on in. With `before`, the
 * organisation's own policy, both are one graph: requests enter there, and where it leaves them to the policy of their
 * project they go on here. Throws an error in words when a graph has not passed: an unknown kind, settings that do not fit,
 * a missing or second request node, an edge to nowhere, a cycle, another policy that is not there.
 */
export function compileGraph(
  graph: Graph,
  versions: VersionLookup = NO_VERSIONS,
  before: Graph | null = null,
): CompiledGraph {
  const nodes = new Map<string, CompiledNode>();
  const own = compileInto({ nodes, versions, prefix: '', entered: [], project: null }, graph);
  if (!before) return { start: own, nodes };
  const project = { start: own, models: modelsOf(graph, versions) };
  return { start: compileInto({ nodes, versions, prefix: MANDATORY, entered: [], project }, before), nodes };
}

/** Where the nodes of a graph are put, and what stands around it. */
interface Place {
  readonly nodes: Map<string, CompiledNode>;
  readonly versions: VersionLookup;
  /** Stands before their ids. */
  readonly prefix: string;
  readonly entered: Way;
  /** The policy of the project, where the graph may leave requests to it. */
  readonly project: { readonly start: CompiledNode; readonly models: readonly string[] } | null;
}

/** Compiles a graph, its nodes under a prefix, and gives its entrance. */
function compileInto(place: Place, graph: Graph): CompiledNode {
  const { nodes, versions, prefix, entered, project } = place;
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
  const models = reachableModels(
    graph,
    bound,
    (continues) => modelsWithin(continues, versions, entered),
    project?.models,
  );
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
      const inner = { ...place, prefix: `${prefix}${id}/`, entered: other.way, project: null };
      next.set(INTO, compileInto(inner, other.version.graph));
    }
    if (node.leavesToProject && project) next.set(INTO, project.start);
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
        projectFollows: project !== null,
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
