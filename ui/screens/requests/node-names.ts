/** What the nodes of a version and their ports are called. */
import { portsOf } from '../../../policies/editing/ports.ts';
import type { Graph } from '../../../policies/graph.ts';
import { INTO } from '../../../policies/kinds/policy/policy.ts';
import { MANDATORY } from '../../../policies/mandatory.ts';

export interface NodeNames {
  /** The title of a node; its id where this version does not have it. */
  title(node: string): string;
  /** What the drawing calls a port of a node. */
  port(node: string, port: string): string;
}

/** For requests of which no version is known. */
export const NO_NAMES: NodeNames = { title: (node) => node, port: (_, port) => port.replaceAll('_', ' ') };

/** The names that a version gives, and that the graph gives which ran before it. */
export function namesOf(graph: Graph, before: Graph | null = null): NodeNames {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  for (const node of before?.nodes ?? []) nodes.set(MANDATORY + node.id, node);
  return {
    title: (id) => nodes.get(id)?.title || id,
    port(id, port) {
      const node = nodes.get(id);
      const label = node && portsOf(node)?.find(({ name }) => name === port)?.label;
      return label ?? NO_NAMES.port(id, port);
    },
  };
}

/** "Monthly budget (within)"; the title alone where there is but one way on, or none on the drawing. */
export function sayStep(
  names: NodeNames,
  { node, port }: { readonly node: string; readonly port: string | null },
): string {
  const title = names.title(node);
  return port === null || port === 'next' || port === INTO ? title : `${title} (${names.port(node, port)})`;
}
