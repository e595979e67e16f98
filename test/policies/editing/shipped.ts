import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { portsOf } from '../../../policies/editing/ports.ts';
import { type Drawing, graphSchema, layoutSchema } from '../../../policies/graph.ts';
import { shippedPolicySchema, type Template } from '../../../policies/template.ts';

const FOLDER = new URL('../../../policies/templates/', import.meta.url);

export const templates: readonly Template[] = readdirSync(FOLDER)
  .sort()
  .map((file) => shippedPolicySchema.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))));

/** The drawing of the shipped policy of that name. */
export function shipped(name: string): Drawing {
  const template = templates.find((one) => one.name === name);
  if (!template) throw new Error(`There is no shipped policy named ${name}.`);
  return { graph: template.graph, layout: template.layout };
}

export const anyTemplate = fc.constantFrom(...templates);

/** Edges as lines such as "sort.simple > cheap". */
export const waysOf = ({ graph }: Drawing): string[] =>
  graph.edges.map(({ from, port, to }) => `${from}.${port} > ${to}`);

/** What is wrong with a drawing that was only ever edited; nothing, if every edit is right. */
export function flawsOf({ graph, layout }: Drawing): string[] {
  const flaws: string[] = [];
  if (!graphSchema.safeParse(graph).success) flaws.push('The graph cannot be saved.');
  if (!layoutSchema.safeParse(layout).success) flaws.push('The layout cannot be saved.');
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const ports = new Map(graph.nodes.map((node) => [node.id, portsOf(node)?.map(({ name }) => name)]));
  if (nodes.size !== graph.nodes.length) flaws.push('Two nodes have one id.');
  if (new Set(layout.stickies.map(({ id }) => id)).size !== layout.stickies.length)
    flaws.push('Two notes have one id.');
  for (const id of Object.keys(layout.positions)) if (!nodes.has(id)) flaws.push(`A position is left of ${id}.`);
  if (graph.nodes.filter(({ kind }) => kind === 'request').length !== 1) flaws.push('There is not one request node.');
  const taken = new Set<string>();
  for (const { from, port, to } of graph.edges) {
    if (!ports.get(from)?.includes(port)) flaws.push(`${from} has no port ${port}.`);
    if ((nodes.get(to)?.kind ?? 'request') === 'request') flaws.push(`An edge leads to ${to}.`);
    if (taken.has(`${from} ${port}`)) flaws.push(`Two edges leave ${from}.${port}.`);
    taken.add(`${from} ${port}`);
  }
  const open = new Set(nodes.keys());
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    const entered = new Set(graph.edges.filter(({ from }) => open.has(from)).map(({ to }) => to));
    for (const id of open) if (!entered.has(id)) open.delete(id);
  }
  if (open.size > 0) flaws.push(`These are in a circle: ${[...open].join(', ')}.`);
  return flaws;
}
