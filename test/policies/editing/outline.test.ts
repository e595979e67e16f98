import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outline } from '../../../policies/editing/outline.ts';
import { soundEdges } from '../../../policies/editing/ways.ts';
import type { Graph } from '../../../policies/graph.ts';
import { draw, drawing } from '../drawings.ts';
import { shipped } from './shipped.ts';

const lines = (graph: Graph): string[] =>
  outline(graph).map(
    ({ node, depth, by, again, reached }) =>
      `${'  '.repeat(depth)}${by ? `${by.label}: ` : ''}${node.id}${again ? ' (again)' : ''}${reached ? '' : ' (not reached)'}`,
  );
const tag = ['tag', { tags: { a: 'b' } }] as const;
const enter = ['request', {}] as const;

describe('the outline of a drawing', () => {
  it('is in reading order, each node once with what follows it', () => {
    expect(lines(shipped('starter').graph)).toEqual([
      'enter',
      '  next: protect',
      '    clean: month',
      '      within: sort',
      '        simple: cheap',
      '        standard: cheap (again)',
      '        complex: strong',
      '          failed: cheap (again)',
      '      warning: cheap (again)',
      '    found: month (again)',
    ]);
  });

  it('has what is not reached at its end, from where it starts', () => {
    const graph = draw({ lost: tag, enter, first: tag, on: tag }, [
      'enter.next > on',
      'first.next > lost',
      'lost.next > on',
    ]);
    expect(lines(graph)).toEqual([
      'enter',
      '  next: on',
      'first (not reached)',
      '  next: lost (not reached)',
      '    next: on (again) (not reached)',
    ]);
  });

  it('does not go round in a circle', () => {
    const ways = ['enter.next > a', 'a.next > b', 'b.next > a', 'c.next > d', 'd.next > c'];
    expect(lines(draw({ enter, a: tag, b: tag, c: tag, d: tag }, ways))).toEqual([
      'enter',
      '  next: a',
      '    next: b',
      '      next: a (again)',
      'c (not reached)',
      '  next: d (not reached)',
      '    next: c (again) (not reached)',
    ]);
  });

  it('shows the edges of nodes that cannot tell their ports', () => {
    expect(lines(draw({ enter, odd: ['oracle', {}], a: tag }, ['enter.next > odd', 'odd.out > a']))).toEqual([
      'enter',
      '  next: odd',
      '    out: a',
    ]);
  });

  it('follows a chain of a thousand nodes', () => {
    const ids = Array.from({ length: 999 }, (_, i) => `t${i}`);
    const ways = ids.map((id, i) => (i === 0 ? `enter.next > ${id}` : `t${i - 1}.next > ${id}`));
    const items = outline(draw({ enter, ...Object.fromEntries(ids.map((id) => [id, tag])) }, ways));
    expect([items.length, items.at(-1)?.depth]).toEqual([1000, 999]);
  });

  it('has every node once in full, and every edge once', () => {
    fc.assert(
      fc.property(drawing, fc.nat(), (graph, i) => {
        const cut = { ...graph, edges: graph.edges.filter((_, at) => at !== i % graph.edges.length) };
        const items = outline(cut);
        expect(
          items
            .filter(({ again }) => !again)
            .map(({ node }) => node.id)
            .sort(),
        ).toEqual(graph.nodes.map(({ id }) => id).sort());
        const edges = items.flatMap(({ node, by }) => (by ? [`${by.from} ${by.port} ${node.id}`] : []));
        expect(edges.sort()).toEqual(
          soundEdges(cut)
            .map(({ from, port, to }) => `${from} ${port} ${to}`)
            .sort(),
        );
      }),
      { numRuns: 100 },
    );
  });
});
