import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeNodes } from '../../../policies/editing/remove.ts';
import { stickyOnCanvas } from '../../../policies/editing/stickies.ts';
import type { Drawing } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { anyTemplate, shipped, waysOf } from './shipped.ts';

const starter = shipped('starter');

describe('deleting', () => {
  it('closes the way where a node leads to one other only', () => {
    const { drawing } = removeNodes(starter, ['protect']);
    expect(waysOf(drawing)[0]).toBe('enter.next > month');
    expect(waysOf(drawing)).toHaveLength(7);
    expect(Object.keys(drawing.layout.positions)).not.toContain('protect');
  });

  it('closes a way over several nodes, whatever their order', () => {
    for (const ids of [
      ['protect', 'month', 'sort'],
      ['sort', 'month', 'protect'],
    ]) {
      const kept = removeNodes(starter, ids).drawing;
      // A budget leads to two nodes, so that nobody can know which one is meant.
      expect(waysOf(kept)).toEqual(['strong.failed > cheap']);
    }
    const nodes = { enter: ['request', {}], a: ['tag', {}], b: ['tag', {}], c: ['tag', {}], d: ['tag', {}] } as const;
    const ways = ['enter.next > a', 'a.next > b', 'b.next > c', 'c.next > d'];
    for (const ids of [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
    ]) {
      const chain = removeNodes({ graph: draw(nodes, ways), layout: { positions: {}, stickies: [] } }, ids).drawing;
      expect(waysOf(chain)).toEqual(['enter.next > d']);
    }
  });

  it('leaves ports loose where a node leads nowhere, or to several', () => {
    expect(waysOf(removeNodes(starter, ['cheap']).drawing)).toHaveLength(5);
    expect(waysOf(removeNodes(starter, ['sort']).drawing).some((way) => way.startsWith('month.within'))).toBe(false);
  });

  it('never closes a way to a circle', () => {
    const nodes = { enter: ['request', {}], a: ['tag', {}], b: ['tag', {}] } as const;
    const graph = draw(nodes, ['enter.next > a', 'a.next > b', 'b.next > a']);
    expect(waysOf(removeNodes({ graph, layout: { positions: {}, stickies: [] } }, ['b']).drawing)).toEqual([
      'enter.next > a',
    ]);
  });

  it('keeps the request node, and says so; of two, one may go', () => {
    const { drawing, said } = removeNodes(starter, ['enter', 'cheap']);
    expect(said).toEqual(['“Request” stays: every request enters there.']);
    expect(drawing.graph.nodes.map(({ id }) => id)).toEqual(['enter', 'protect', 'month', 'sort', 'strong']);
    const second = { id: 'again', kind: 'request', title: '', settings: {} };
    const two: Drawing = { ...starter, graph: { ...starter.graph, nodes: [...starter.graph.nodes, second] } };
    expect(removeNodes(two, ['again'])).toEqual({ drawing: starter, said: [] });
    expect(removeNodes(two, ['enter', 'again']).drawing.graph.nodes.map(({ id }) => id)).toContain('enter');
  });

  it('deletes notes, never a node of the same id', () => {
    const { layout } = removeNodes(starter, [stickyOnCanvas('money')]).drawing;
    expect(layout.stickies.map(({ id }) => id)).toEqual(['names', 'own']);
    expect(removeNodes(starter, ['money', 'nobody']).drawing).toBe(starter);
    expect(removeNodes(starter, ['cheap']).drawing.layout.stickies).toBe(starter.layout.stickies);
  });

  it('leaves nothing dangling, and only leads edges on to what followed', () => {
    fc.assert(
      fc.property(anyTemplate, fc.infiniteStream(fc.boolean()), ({ graph, layout }, chosen) => {
        const ids = graph.nodes.map(({ id }) => id).filter(() => chosen.next().value);
        const { drawing } = removeNodes({ graph, layout }, ids);
        const left = drawing.graph.nodes.map(({ id }) => id);
        expect(left.filter((id) => ids.includes(id))).toEqual(ids.includes('enter') ? ['enter'] : []);
        expect(Object.keys(drawing.layout.positions).sort()).toEqual([...left].sort());
        for (const { from, port, to } of drawing.graph.edges) {
          expect(left).toEqual(expect.arrayContaining([from, to]));
          const before = graph.edges.find((edge) => edge.from === from && edge.port === port);
          expect(before).toBeDefined();
          if (before && left.includes(before.to)) expect(to).toBe(before.to);
        }
      }),
      { numRuns: 200 },
    );
  });
});
