import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../../policies/check.ts';
import { connect, connectable, disconnect, removeEdge, targetsFor } from '../../../policies/editing/connect.ts';
import { MOST_EDGES } from '../../../policies/editing/limits.ts';
import { portsOf } from '../../../policies/editing/ports.ts';
import type { Drawing, Graph } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { worldWith } from '../house.ts';
import { anyTemplate, shipped, waysOf } from './shipped.ts';

const starter = shipped('starter');
const why = (graph: Graph, from: string, port: string, to: string): string => {
  const can = connectable(graph, from, port, to);
  return can.ok ? '' : can.why;
};

describe('a port', () => {
  it('can lead to what comes later', () => {
    expect(connectable(starter.graph, 'month', 'exhausted', 'cheap')).toEqual({ ok: true });
  });

  it('cannot lead where the check would refuse it, and says why', () => {
    const { graph } = starter;
    expect(why(graph, 'sort', 'simple', 'month')).toBe(
      'It leads to “How hard is it?” itself, so the way would go in a circle.',
    );
    expect(why(graph, 'sort', 'simple', 'enter')).toBe('Requests enter here; no way leads back to it.');
    expect(why(graph, 'sort', 'simple', 'sort')).toBe('A node cannot lead to itself.');
    expect(why(graph, 'sort', 'simple', 'cheap')).toBe('It leads there already.');
    expect(why(graph, 'sort', 'sideways', 'strong')).toBe('“How hard is it?” has no way out named “sideways”.');
    expect(why(graph, 'gone', 'next', 'strong')).toContain('not there any more');
    expect(why(graph, 'sort', 'simple', 'gone')).toContain('not there any more');
  });

  it('waits until it is known, and until ids are told apart', () => {
    const odd = draw({ enter: ['request', {}], odd: ['oracle', {}], small: ['model', { model: 'asked' }] }, []);
    expect(why(odd, 'odd', 'next', 'small')).toContain('Correct its settings first.');
    const twice = { ...odd, nodes: [...odd.nodes, odd.nodes[2]!] };
    expect(why(twice, 'enter', 'next', 'small')).toContain('two nodes with the id “small”');
    expect(why(twice, 'small', 'failed', 'odd')).toContain('two nodes with the id “small”');
  });

  it('can be led elsewhere in a drawing that is full, but no further one can be led anywhere', () => {
    const full: Graph = {
      ...starter.graph,
      edges: [
        ...starter.graph.edges,
        ...Array.from({ length: MOST_EDGES - starter.graph.edges.length }, (_, i) => ({
          from: 'gone',
          port: `p${i}`,
          to: 'cheap',
        })),
      ],
    };
    expect(why(full, 'month', 'exhausted', 'cheap')).toContain('at most 4000 edges');
    expect(connectable(full, 'sort', 'simple', 'strong')).toEqual({ ok: true });
  });

  it('leads to one node at a time', () => {
    const { drawing, said } = connect(starter, 'sort', 'simple', 'strong');
    expect(said).toEqual([]);
    expect(waysOf(drawing).filter((way) => way.startsWith('sort.simple'))).toEqual(['sort.simple > strong']);
    expect(drawing.graph.edges).toHaveLength(starter.graph.edges.length);
    expect(drawing.graph.nodes).toBe(starter.graph.nodes);
    const twice: Drawing = {
      ...starter,
      graph: { ...starter.graph, edges: [...starter.graph.edges, { from: 'sort', port: 'simple', to: 'strong' }] },
    };
    expect(waysOf(connect(twice, 'month', 'exhausted', 'strong').drawing)).toHaveLength(11);
  });

  it('becomes one edge when two left it', () => {
    const nodes = { enter: ['request', {}], a: ['tag', {}], b: ['tag', {}], c: ['tag', {}] } as const;
    const twice = draw(nodes, ['enter.next > a', 'enter.next > b']);
    expect(connect({ graph: twice, layout: starter.layout }, 'enter', 'next', 'c').drawing.graph.edges).toEqual([
      { from: 'enter', port: 'next', to: 'c' },
    ]);
    expect(disconnect({ graph: twice, layout: starter.layout }, 'enter', 'next').graph.edges).toEqual([]);
    const one = removeEdge({ graph: twice, layout: starter.layout }, { from: 'enter', port: 'next', to: 'a' });
    expect(one.graph.edges).toEqual([{ from: 'enter', port: 'next', to: 'b' }]);
  });

  it('stays as it is when it cannot lead there, which is said', () => {
    const { drawing, said } = connect(starter, 'sort', 'simple', 'enter');
    expect(drawing).toBe(starter);
    expect(said).toEqual(['Requests enter here; no way leads back to it.']);
    expect(disconnect(starter, 'month', 'exhausted')).toBe(starter);
  });

  it('has a list of all nodes to choose from, each as it would be judged alone', () => {
    fc.assert(
      fc.property(anyTemplate, fc.nat(), fc.nat(), ({ graph, layout, budgets }, i, j) => {
        const source = graph.nodes[i % graph.nodes.length]!;
        const ports = portsOf(source) ?? [];
        const port = ports[j % Math.max(1, ports.length)]?.name ?? 'none';
        const house = worldWith(budgets.map(({ key, ...budget }) => ({ ...budget, id: key, revision: 1 })));
        const bad = (one: Graph) =>
          checkGraph(one, house).filter(({ code }) => ['cycle', 'edge_nowhere', 'edge_twice'].includes(code));
        const targets = targetsFor(graph, source.id, port);
        expect(targets.map(({ node }) => node)).toEqual(graph.nodes);
        for (const { node, ...judged } of targets) {
          expect(judged).toEqual(connectable(graph, source.id, port, node.id));
          if (judged.ok) {
            expect(bad(connect({ graph, layout }, source.id, port, node.id).drawing.graph)).toEqual([]);
          } else if (judged.why !== 'It leads there already.') {
            const kept = graph.edges.filter((edge) => edge.from !== source.id || edge.port !== port);
            expect(bad({ ...graph, edges: [...kept, { from: source.id, port, to: node.id }] })).not.toEqual([]);
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});
