import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem, ProblemCode } from '../../../policies/check.ts';
import { type Mend, mendFor } from '../../../policies/editing/mend.ts';
import type { Graph } from '../../../policies/graph.ts';
import { check, house, keyOf, onCanvas } from './mending.ts';
import { anyTemplate, templates } from './shipped.ts';

const SPOIL = [
  'cut',
  'bend',
  'double',
  'dead',
  'copy',
  'again',
  'unset',
  'strange',
  'lose',
  'headless',
  'unknown',
  'swap',
] as const;

/** Problems that one act always mends when they are the only ones that a person has made. */
const ALWAYS: readonly ProblemCode[] = [
  'no_request',
  'edge_nowhere',
  'edge_twice',
  'loose_port',
  'cycle',
  'unreachable',
  'unknown_model',
];

/** A policy with one thing spoiled, in every way there is. */
function spoiledOf(graph: Graph): Graph[] {
  const all = SPOIL.flatMap((how) =>
    graph.edges.flatMap((_edge, i) => graph.nodes.map((_node, j) => spoil(graph, i, j, how))),
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Shipped policies with up to three things spoiled. */
const ruined = fc
  .tuple(anyTemplate, fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...SPOIL)), { minLength: 1, maxLength: 3 }))
  .map(([{ graph }, steps]) =>
    steps.reduce((one, [i, j, how]) => (one.edges.length > 0 ? spoil(one, i, j, how) : one), graph),
  );

function spoil(whole: Graph, i: number, j: number, how: (typeof SPOIL)[number]): Graph {
  const { nodes, edges } = whole;
  const edge = edges[i % edges.length]!;
  const node = nodes[i % nodes.length]!;
  const target = nodes[j % nodes.length]!.id;
  const changed = (settings: Record<string, unknown>): Graph['nodes'] =>
    nodes.map((one) => (one === node ? { ...one, settings } : one));
  const graph = (more: Partial<Graph>): Graph => ({ ...whole, ...more });
  switch (how) {
    case 'cut':
      return graph({ edges: edges.filter((one) => one !== edge) });
    case 'bend':
      return graph({ edges: edges.map((one) => (one === edge ? { ...one, to: target } : one)) });
    case 'double':
      return graph({ edges: [...edges, { ...edge, to: target }] });
    case 'dead':
      return graph({ edges: [...edges, j % 2 ? { ...edge, to: 'gone' } : { ...edge, port: 'gone' }] });
    case 'copy':
      return graph({ nodes: [...nodes, j % 2 ? node : { ...node, title: 'Another' }] });
    case 'again':
      return graph({
        nodes: [...nodes, { id: 'again', kind: 'request', title: '', settings: {} }],
        edges: [...edges, { from: 'again', port: 'next', to: target === 'enter' ? edge.to : target }],
      });
    case 'unset':
      return graph({ nodes: changed({}) });
    case 'strange':
      return graph({ nodes: changed({ ...node.settings, strange: 1 }) });
    case 'lose':
      return graph({ nodes: nodes.filter((one) => one !== node) });
    case 'headless':
      return graph({
        nodes: nodes.filter(({ kind }) => kind !== 'request'),
        edges: edges.filter(({ from }) => from !== 'enter'),
      });
    case 'unknown':
      return graph({
        nodes: changed('model' in node.settings ? { ...node.settings, model: 'acme/large' } : node.settings),
      });
    case 'swap':
      return graph({
        nodes: changed(
          Array.isArray(node.settings.cases)
            ? { ...node.settings, cases: [...node.settings.cases, { ...node.settings.cases[0], port: 'later' }] }
            : node.settings,
        ),
      });
  }
}

/** Errors that the check cannot show as long as the other one is there. */
function wasHidden(error: Problem, behind: Problem, before: Graph): boolean {
  if (behind.code === 'settings') return error.node === behind.node;
  if (behind.code === 'duplicate_id') return before.nodes.every(({ id }) => id !== error.node);
  if (behind.code === 'no_request') return error.code === 'unreachable';
  return behind.code === 'cycle' && error.code === 'fact_too_early';
}

function expectMended(graph: Graph, always: readonly ProblemCode[] = []): void {
  const before = check(graph);
  for (const problem of before) {
    const mend = mendFor(problem, onCanvas(graph), house);
    if (always.includes(problem.code)) expect(mend, keyOf(problem)).not.toBeNull();
    if (!mend || 'go' in mend) continue;
    const after = check(mend.apply(onCanvas(graph)).graph);
    expect(after.map(keyOf)).not.toContain(keyOf(problem));
    const made = after.filter(
      (one) =>
        one.severity === 'error' &&
        one.code !== problem.code &&
        !before.some((old) => keyOf(old) === keyOf(one)) &&
        !wasHidden(one, problem, graph),
    );
    expect(made).toEqual([]);
  }
}

/** Presses the first thing that is offered, again and again; gives the errors that are left. */
function errorsAfterMending(graph: Graph): Problem[] {
  let drawing = onCanvas(graph);
  for (let presses = 0; presses < 60; presses++) {
    const errors = check(drawing.graph).filter(({ severity }) => severity === 'error');
    let mend: Mend | null = null;
    for (const problem of errors) {
      mend = mendFor(problem, drawing, house);
      if (mend && 'apply' in mend) break;
    }
    if (!mend || 'go' in mend) return errors;
    drawing = mend.apply(drawing);
  }
  throw new Error('It goes on for ever.');
}

describe.each(templates.map(({ name, graph }) => [name, spoiledOf(graph)] as const))(
  'whatever is offered for %s, spoiled in one place',
  (_name, spoiled) => {
    it('takes its problem away, and makes no error of another sort', () => {
      for (const graph of spoiled) expectMended(graph, ALWAYS);
    });

    it('leads, one after the other, to a policy that can be published', () => {
      for (const graph of spoiled) {
        const left = errorsAfterMending(graph);
        // Nobody but a person knows which budget was meant, or which cases.
        const ofPeople = ({ code, field }: Problem) => code === 'settings' && (field === 'budget' || field === 'cases');
        if (!left.some(ofPeople)) expect(left).toEqual([]);
      }
    });
  },
);

describe('whatever is offered for a policy that is spoiled in several places', () => {
  it('takes its problem away, and makes no error of another sort', () => {
    fc.assert(
      fc.property(ruined, (graph) => expectMended(graph)),
      { numRuns: 150 },
    );
  });
});
