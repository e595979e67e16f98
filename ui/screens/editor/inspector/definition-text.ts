/** From the JSON that a person writes to the document: one node of it, or the whole graph. */
import type { z } from 'zod';
import { withGraph, withLayout } from '../../../../policies/editing/change.ts';
import { called } from '../../../../policies/editing/names.ts';
import { portsOf } from '../../../../policies/editing/ports.ts';
import { setSettings } from '../../../../policies/editing/settings.ts';
import { type Graph, type GraphNode, graphSchema } from '../../../../policies/graph.ts';
import { plainError } from '../../../../policies/kinds/issues.ts';
import { readJson } from '../../../api/client.ts';
import type { PolicyDocument } from '../../../editing/document.ts';

/** What a definition says, or why it cannot be taken yet. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const nodeSchema = graphSchema.shape.nodes.element;

const NO_JSON =
  'This is no JSON yet: a bracket, a quotation mark or a comma is missing, or there is one too many. The place is underlined.';

function read<T>(text: string, schema: z.ZodType<T>): Read<T> {
  const json = readJson(text);
  if (json === undefined) return { ok: false, why: NO_JSON };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = plainError(parsed.error).issues;
  const place = issue?.path.join('.') ?? '';
  return { ok: false, why: `${place === '' ? '' : `${place}: `}${issue?.message ?? 'It does not fit.'}` };
}

/** Reads the definition of the node with that id, which has to stay as it is. */
export function readNode(text: string, id: string): Read<GraphNode> {
  const node = read(text, nodeSchema);
  if (!node.ok || node.value.id === id) return node;
  return {
    ok: false,
    why: `The id has to stay “${id}”, since edges name it. Change it in the definition of the whole policy, in both places.`,
  };
}

/** Reads the definition of a whole graph. */
export const readGraph = (text: string): Read<Graph> => read(text, graphSchema);

/** Puts a node in place of the one with its id; edges follow its ports, and those of ports that are gone go. */
export function putNode(document: PolicyDocument, node: GraphNode): PolicyDocument {
  const before = document.graph.nodes.find(({ id }) => id === node.id);
  if (!before) return document;
  const { drawing } = before.kind === node.kind ? setSettings(document, node.id, node.settings) : { drawing: document };
  const ports = before.kind === node.kind ? null : portsOf(node);
  return withGraph(drawing, {
    nodes: drawing.graph.nodes.map((one) => (one.id === node.id ? node : one)),
    edges: ports
      ? drawing.graph.edges.filter(({ from, port }) => from !== node.id || ports.some(({ name }) => name === port))
      : drawing.graph.edges,
  });
}

/** Puts another graph in place; a node that got another id, and is else where it was in the list, keeps its place. */
export function putGraph(document: PolicyDocument, graph: Graph): PolicyDocument {
  const { positions } = document.layout;
  const before = document.graph.nodes;
  const ids = new Set(graph.nodes.map(({ id }) => id));
  const renamed = graph.nodes.flatMap(({ id }, i) => {
    const old = before[i]?.id;
    const at = old === undefined || ids.has(old) || before.length !== graph.nodes.length ? undefined : positions[old];
    return at && !Object.hasOwn(positions, id) ? [[id, at] as const] : [];
  });
  const placed =
    renamed.length === 0
      ? document
      : withLayout(document, { positions: { ...positions, ...Object.fromEntries(renamed) } });
  return withGraph(placed, graph);
}

/** A value as its definition is written. */
export const writeDefinition = (value: Graph | GraphNode): string => JSON.stringify(value, null, 2);

/** What a node’s definition is called. */
export const definitionOf = (node: GraphNode): string => `Definition of ${called(node)}`;
