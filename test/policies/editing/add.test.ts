import { describe, expect, it } from 'vitest';
import { addNode } from '../../../policies/editing/add.ts';
import { MOST_EDGES, MOST_NODES, MOST_STICKIES } from '../../../policies/editing/limits.ts';
import { addSticky } from '../../../policies/editing/stickies.ts';
import { type Drawing, graphSchema, layoutSchema } from '../../../policies/graph.ts';
import { draw } from '../drawings.ts';
import { shipped, waysOf } from './shipped.ts';

const starter = shipped('starter');
const FAR = { x: 5000, y: 5000 };
const at = (drawing: Drawing, id: string | null) => drawing.layout.positions[id ?? ''];

describe('a new node', () => {
  it('has the title and initial settings of its kind, and an id that tells the kind', () => {
    const { drawing, node, said } = addNode(starter, 'limit', { at: FAR });
    expect(drawing.graph.nodes.at(-1)).toEqual({
      id: 'limit',
      kind: 'limit',
      title: 'Limit',
      settings: { maxOutputTokens: 1000, removeTools: false },
    });
    expect([node, said, at(drawing, node)]).toEqual(['limit', [], FAR]);
  });

  it('is numbered when it is the second of its kind', () => {
    const first = addNode(starter, 'model', { at: FAR }).drawing;
    const second = addNode(first, 'model', { at: FAR });
    expect(second.drawing.graph.nodes.slice(-2).map(({ id, title }) => [id, title])).toEqual([
      ['model', 'Model'],
      ['model-2', 'Model 2'],
    ]);
    // The second stands below the first, which was put at the same point.
    expect(at(second.drawing, 'model-2')).toEqual({ x: FAR.x, y: FAR.y + 146 });
  });

  it('does not take an id that an edge or a position still names', () => {
    const left: Drawing = {
      graph: { ...starter.graph, edges: [...starter.graph.edges, { from: 'enter', port: 'old', to: 'limit' }] },
      layout: { ...starter.layout, positions: { ...starter.layout.positions, 'limit-2': FAR } },
    };
    expect(addNode(left, 'limit', { at: FAR }).node).toBe('limit-3');
  });

  it('splits an edge: it stands between, leads on, and what is to the right makes room', () => {
    const edge = { from: 'protect', port: 'clean', to: 'month' };
    const { drawing } = addNode(starter, 'limit', { edge });
    expect(waysOf(drawing)).toContain('protect.clean > limit');
    expect(waysOf(drawing)).toContain('limit.next > month');
    expect(waysOf(drawing)).toContain('protect.found > month');
    expect(waysOf(drawing)).toHaveLength(starter.graph.edges.length + 1);
    expect(at(drawing, 'limit')).toEqual({ x: 680, y: 150 });
    expect(at(drawing, 'month')).toEqual({ x: 1020, y: 150 });
    expect(at(drawing, 'cheap')).toEqual({ x: 2040, y: 150 });
    expect(at(drawing, 'protect')).toBe(at(starter, 'protect'));
    expect(drawing.layout.stickies.map((sticky) => sticky.at.x)).toEqual([340, 1020, 1700]);
  });

  it('stands half way where there is room already', () => {
    const wide = draw({ enter: ['request', {}], small: ['model', { model: 'asked' }] }, ['enter.next > small']);
    const drawing = { graph: wide, layout: { positions: { enter: { x: 0, y: 0 }, small: FAR }, stickies: [] } };
    const added = addNode(drawing, 'tag', { edge: wide.edges[0]! }).drawing;
    expect(added.layout.positions).toEqual({ enter: { x: 0, y: 0 }, small: FAR, tag: { x: 2500, y: 2500 } });
  });

  it('says so when nothing goes on behind it', () => {
    const edge = { from: 'strong', port: 'failed', to: 'cheap' };
    const { drawing, said } = addNode(starter, 'block', { edge });
    expect(waysOf(drawing).filter((way) => way.startsWith('strong'))).toEqual(['strong.failed > block']);
    expect(said).toEqual(['Nothing goes on behind “Block”, so this way does not lead to “Small model” any more.']);
  });

  it('is connected to a loose port, to the right of its node', () => {
    const { drawing } = addNode(starter, 'block', { from: 'month', port: 'exhausted' });
    expect(waysOf(drawing)).toContain('month.exhausted > block');
    // The column to the right has a node in this row already.
    expect(at(drawing, 'block')).toEqual({ x: 1020, y: 296 });
  });

  it('goes behind the selected node: to its first loose port, else into its first edge, else beside it', () => {
    const atLoose = addNode(starter, 'block', { after: 'month' }).drawing;
    expect(waysOf(atLoose)).toContain('month.exhausted > block');
    const intoEdge = addNode(starter, 'tag', { after: 'sort' }).drawing;
    expect(waysOf(intoEdge)).toEqual(expect.arrayContaining(['sort.simple > tag', 'tag.next > cheap']));
    const beside = addNode(atLoose, 'tag', { after: 'block' });
    expect(waysOf(beside.drawing)).toEqual(waysOf(atLoose));
    expect(at(beside.drawing, 'tag')).toEqual({ x: 1360, y: 296 });
  });

  it('can be connected although its settings are not complete yet', () => {
    const edge = { from: 'protect', port: 'clean', to: 'month' };
    expect(waysOf(addNode(starter, 'budget', { edge }).drawing)).toContain('budget.within > month');
  });

  it('is put beside when the edge or port is not there any more', () => {
    for (const where of [
      { edge: { from: 'sort', port: 'simple', to: 'gone' } },
      { from: 'sort', port: 'gone' },
      { after: 'gone' },
    ]) {
      const { drawing, node } = addNode(starter, 'tag', where);
      expect(node).toBe('tag');
      expect(drawing.graph.edges).toEqual(starter.graph.edges);
    }
  });

  it('is not made where it cannot be, which is said', () => {
    expect(addNode(starter, 'oracle', { at: FAR })).toEqual({
      drawing: starter,
      node: null,
      said: ['There is no kind of node named “oracle”.'],
    });
    const second = addNode(starter, 'request', { at: FAR });
    expect(second.drawing).toBe(starter);
    expect(second.said[0]).toContain('there already');
  });

  it('enters nowhere when it is a request node', () => {
    const graph = draw({ a: ['tag', { tags: { a: 'b' } }], small: ['model', { model: 'asked' }] }, ['a.next > small']);
    const layout = { positions: { a: { x: 0, y: 0 }, small: { x: 340, y: 0 } }, stickies: [] };
    for (const where of [{ edge: graph.edges[0]! }, { from: 'small', port: 'failed' }, { after: 'a' }]) {
      const { drawing, node } = addNode({ graph, layout }, 'request', where);
      expect(node).toBe('request');
      expect(drawing.graph.edges).toEqual(graph.edges);
    }
  });
});

describe('the limits of a drawing', () => {
  const node = { id: 'a', kind: 'tag', title: '', settings: {} };
  const edge = { from: 'a', port: 'b', to: 'c' };
  const sticky = { id: 'a', text: '', at: FAR, width: 1, height: 1 };
  const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

  it('are those of its schema', () => {
    const graph = (nodes: number, edges: number) =>
      graphSchema.safeParse({ schema: 1, nodes: times(nodes, node), edges: times(edges, edge) }).success;
    const layout = (stickies: number) =>
      layoutSchema.safeParse({ positions: {}, stickies: times(stickies, sticky) }).success;
    expect([graph(MOST_NODES, MOST_EDGES), layout(MOST_STICKIES)]).toEqual([true, true]);
    expect([graph(MOST_NODES + 1, 0), graph(0, MOST_EDGES + 1), layout(MOST_STICKIES + 1)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('are kept, which is said', () => {
    const full: Drawing = {
      graph: { schema: 1, nodes: times(MOST_NODES, node), edges: [] },
      layout: { positions: {}, stickies: times(MOST_STICKIES, sticky) },
    };
    const added = addNode(full, 'tag', { at: FAR });
    expect([added.drawing === full, added.said]).toEqual([
      true,
      ['A drawing holds at most 1000 nodes. Delete some first.'],
    ]);
    const noted = addSticky(full, 'More', FAR);
    expect([noted.drawing === full, noted.sticky, noted.said]).toEqual([
      true,
      null,
      ['A drawing holds at most 200 notes. Delete some first.'],
    ]);
  });
});
